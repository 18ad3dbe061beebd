#include "sync_held.hpp"
#include "sync_run.hpp"
#include "sync_seal.hpp"

#include "edge/protocol/bundle_file.hpp"
#include "edge/storage/segments.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <fstream>

namespace edge {
namespace {

/// Throws `not_found` or `corrupt_data`.
protocol::Receipt read_receipt(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error(ErrorCode::not_found, fmt::format("cannot read the receipt {}: there is no such file", path),
                    {{"path", path}});
    }
    const protocol::Limits limits;
    std::string text(limits.answer_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    protocol::Decoded<protocol::Receipt> receipt = protocol::decode_receipt(text, limits);
    if (receipt) return *std::move(receipt);
    throw Error(ErrorCode::corrupt_data,
                fmt::format("cannot take {} for a receipt: {}", path, receipt.problem().detail),
                {{"path", path}, {"reason", receipt.problem().reason}},
                "edge-analytics hub import writes one beside the file that it took");
}

void check_address(const protocol::Receipt& receipt, const SyncIdentity& identity, const std::string& path) {
    if (receipt.seller == identity.seller && receipt.replica == identity.replica) return;
    throw Error(ErrorCode::refused, fmt::format("cannot take the receipt {}: it is for another shop's file", path),
                {{"class", "auth"}, {"seller", receipt.seller}, {"replica", receipt.replica}},
                "it belongs to the file whose `sync export` was imported");
}

/// Segments that the hub is known to have applied, and parts kept here, of both lanes.
struct Kept {
    std::int64_t applied = 0;
    std::int64_t segments = 0;
};

Kept count_kept(storage::Connection& db) {
    Kept kept;
    for (const protocol::Lane lane : {protocol::Lane::ops, protocol::Lane::bulk})
        kept.applied += storage::get_sync_lane(db, protocol::name_of(lane)).applied;
    for (const storage::StoredPart& part : storage::list_parts(db)) kept.segments += part.part == part.parts ? 1 : 0;
    return kept;
}

}  // namespace

ReceiptReport Engine::import_receipt(const std::string& path) {
    const protocol::Receipt receipt = read_receipt(path);
    const SyncIdentity identity = sync_identity(*state_);
    check_address(receipt, identity, path);
    const Kept before = count_kept(state_->db);
    SyncReport sync;
    SyncRun run(*state_, identity, {}, {}, state_->now(), sync);
    run.take(receipt.ack);
    const Kept after = count_kept(state_->db);
    return {.file_sha256 = receipt.file,
            .segments_applied = std::max<std::int64_t>(after.applied - before.applied, 0),
            .segments_trimmed = std::max<std::int64_t>(before.segments - after.segments, 0),
            .rejected = sync.rejected,
            .rejects = storage::count_rejects(state_->db),
            .pending_changes = pending_changes(state_->db),
            .reason = sync.reason};
}

}  // namespace edge
