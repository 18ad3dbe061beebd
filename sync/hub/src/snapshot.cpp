#include "edge/hub/snapshot.hpp"

#include "endpoints.hpp"
#include "pull.hpp"

#include "edge/protocol/tables.hpp"

#include <charconv>

namespace edge::hub {

using protocol::Change;
using protocol::Decoded;
using protocol::SnapshotChunk;
using protocol::TableDescriptor;

namespace {

/// Rows read from the store at once.
constexpr std::size_t rows_at_once = 1000;

protocol::Problem expired(const std::string& why) {
    protocol::Problem problem =
        protocol::make_problem(protocol::ProblemClass::resync, protocol::reason::snapshot_expired, why);
    problem.status = 410;
    return problem;
}

/// A chunk being filled.
class Filling {
public:
    Filling(SellerReader& reader, SnapshotChunk chunk, std::size_t bytes)
        : reader_(&reader), chunk_(std::move(chunk)), most_(bytes) {
        chunk_.to = chunk_.after;
    }

    [[nodiscard]] SnapshotChunk fill() && {
        const std::size_t first = chunk_.after.table.empty() ? 0 : protocol::table_order(chunk_.after.table);
        const auto tables = protocol::synced_tables();
        for (std::size_t place = first; place < tables.size() && !chunk_.more; ++place) {
            if (!protocol::is_shared(tables[place])) continue;
            take(tables[place], place == first ? chunk_.after.key : std::string());
        }
        for (Change& row : chunk_.rows) row.hlc -= chunk_.h0;
        return std::move(chunk_);
    }

private:
    void take(const TableDescriptor& table, std::string after) {
        while (true) {
            const std::vector<StoredRow> rows = reader_->rows_as_of(chunk_.at, table.number, after, rows_at_once);
            for (const StoredRow& stored : rows) {
                if (bytes_ >= most_) {
                    chunk_.more = true;
                    return;
                }
                add(stored);
                chunk_.to = {.table = std::string(table.name), .key = stored.at.key};
            }
            if (rows.size() < rows_at_once) return;
            after = rows.back().at.key;
        }
    }

    void add(const StoredRow& stored) {
        Change row = told_row(stored);
        if (chunk_.rows.empty()) chunk_.h0 = row.hlc;
        bytes_ += protocol::encode(row).size();
        chunk_.rows.push_back(std::move(row));
    }

    SellerReader* reader_;
    SnapshotChunk chunk_;
    std::size_t most_;
    std::size_t bytes_ = 0;
};

}  // namespace

std::optional<SnapshotRequest> read_snapshot_request(std::string_view query) {
    SnapshotRequest request{.seller = query_value(query, "seller").value_or("")};
    request.hub_epoch = query_value(query, "hub_epoch").value_or("");
    const std::optional<protocol::SnapshotPlace> after =
        protocol::parse_snapshot_place(query_value(query, "after").value_or(""));
    if (request.seller.empty() || !protocol::is_utf8(request.seller) || !after) return std::nullopt;
    request.after = *after;
    if (const std::optional<std::string> at = query_value(query, "at")) {
        std::int64_t number = 0;
        const auto [end, failure] = std::from_chars(at->data(), at->data() + at->size(), number);
        if (failure != std::errc{} || end != at->data() + at->size() || number < 0) return std::nullopt;
        request.at = number;
    }
    if (!request.at && !request.after.table.empty()) return std::nullopt;
    return request;
}

Decoded<SnapshotChunk> snapshot_chunk(HubStore& store, const SnapshotRequest& request, std::size_t bytes) {
    const std::unique_ptr<SellerReader> reader = store.read(request.seller);
    const HubSettings settings = reader->settings();
    const SellerHead head = reader->head();
    SnapshotChunk chunk{.seller = request.seller,
                        .hub_epoch = settings.epoch,
                        .at = request.at.value_or(head.seq),
                        .after = request.after,
                        .to = {},
                        .more = false,
                        .of = {},
                        .h0 = 0,
                        .rows = {}};
    if (request.at && request.hub_epoch != settings.epoch)
        return expired("the hub was restored from a backup meanwhile");
    if (chunk.at < head.trimmed) return expired("the hub has forgotten deletions since then");
    if (chunk.at > head.seq) return expired("the hub does not know of that sequence");
    if (!request.at) chunk.of = reader->count_shared_rows();
    return Filling(*reader, std::move(chunk), bytes).fill();
}

}  // namespace edge::hub
