#include "applied_at.hpp"
#include "apply.hpp"

#include "edge/hub/intake.hpp"

#include <algorithm>

namespace edge::hub {

using protocol::Change;

std::vector<protocol::ChangeOutcome> write_own_rows(SellerWriter& writer, std::vector<Change> changes, Timestamp now) {
    const SellerHead head = writer.head();
    const std::int64_t clock = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
    for (Change& change : changes) {
        if (change.hlc == 0) change.hlc = clock;
    }
    protocol::Segment segment;
    segment.seen = head.seq;
    segment.changes = std::move(changes);
    Applied applied = apply_parts(writer, {.replica = {}, .seen = head.seq}, {{.id = {}, .segment = &segment}}, now);
    if (!applied.rows.empty()) {
        writer.save({.replica = {},
                     .head = applied.head,
                     .applied_at = applied_at(now, head, writer.settings()),
                     .digest = applied.digest,
                     .rows = std::move(applied.rows),
                     .cursors = {},
                     .parts = {},
                     .dead_letters = {},
                     .lost = {}});
    }
    return std::move(applied.outcomes.front());
}

std::vector<protocol::ChangeOutcome> write_own_rows(HubStore& store, std::string_view seller,
                                                    std::vector<Change> changes, Timestamp now) {
    const std::unique_ptr<SellerWriter> writer = store.write(seller);
    std::vector<protocol::ChangeOutcome> outcomes = write_own_rows(*writer, std::move(changes), now);
    writer->commit();
    return outcomes;
}

}  // namespace edge::hub
