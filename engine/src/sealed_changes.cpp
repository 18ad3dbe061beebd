#include "sealed_changes.hpp"

#include "edge/protocol/segment.hpp"
#include "edge/storage/segments.hpp"

#include <optional>

namespace edge {

using protocol::Fields;

namespace {

/// A segment has up to 5,000 changes a part.
constexpr std::size_t most_segments = 16;

}  // namespace

Fields SealedChanges::applied(const protocol::TableDescriptor& table, std::string_view key, std::int64_t seq,
                              Fields before) {
    const ByRow& changes = segment(table.lane, seq);
    const auto found = changes.find(std::pair(std::string(table.name), std::string(key)));
    if (found == changes.end()) return before;
    if (found->second.op == protocol::Op::remove) return {};
    for (const protocol::Field& field : found->second.fields) protocol::set_field(before, field.name, field.value);
    return before;
}

const SealedChanges::ByRow& SealedChanges::segment(protocol::Lane lane, std::int64_t seq) {
    std::map<std::int64_t, ByRow>& known = lanes_.at(static_cast<std::size_t>(lane));
    if (const auto found = known.find(seq); found != known.end()) return found->second;
    if (known.size() >= most_segments) known.clear();
    ByRow& changes = known[seq];
    const std::string_view name = protocol::name_of(lane);
    const std::int64_t epoch = storage::get_sync_lane(*db_, name).epoch;
    for (int part = 1;; ++part) {
        const std::optional<std::string> bytes = storage::find_part_bytes(*db_, name, epoch, seq, part);
        if (!bytes) return changes;
        const protocol::Decoded<protocol::Segment> decoded = protocol::decode_segment(*bytes);
        if (!decoded) continue;
        for (const protocol::Change& change : decoded->changes) {
            changes.insert_or_assign(std::pair(change.table, change.key), change);
        }
    }
}

}  // namespace edge
