#pragma once

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/sync_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

/// A reject as it is kept, and what became of it.
struct StoredReject {
    std::int64_t id = 0;
    SyncReject reject;
    std::string state;  ///< "open", "taken", "retried", "discarded"
    std::optional<Timestamp> settled_at;
};

/// In the order in which they came; only those in a state, or all if it is empty.
[[nodiscard]] std::vector<StoredReject> list_rejects(Connection& connection, std::string_view state = {});
[[nodiscard]] std::optional<StoredReject> find_reject(Connection& connection, std::int64_t id);
/// An open one becomes "retried" or "discarded".
void settle_reject(WriteTransaction& write, std::int64_t id, std::string_view state, Timestamp now);

/// Those that the hub refused and that are open, or were settled here without the hub having heard of it.
[[nodiscard]] std::vector<StoredReject> untold_rejects(Connection& connection);
/// Where in the segments a refused change stands.
struct RejectPlace {
    std::string_view lane;
    std::int64_t epoch = 1;
    std::int64_t seq = 0;
    int part = 1;
    std::int64_t position = 0;
};
/// The hub has it in that state, and knows so; "open" opens it again.
void follow_hub(WriteTransaction& write, const RejectPlace& place, std::string_view state, Timestamp now);
/// The hub has heard what became of it here.
void set_told(WriteTransaction& write, const RejectPlace& place, bool told);

/// What the hub refused of a lane's segments, both ends included.
[[nodiscard]] std::vector<StoredReject> rejects_of_segments(Connection& connection, std::string_view lane,
                                                            std::int64_t epoch, std::int64_t first, std::int64_t last);
/// The hub has taken it after all, and does not list it.
void forget_reject(WriteTransaction& write, std::int64_t id);

/// Makes the journal say of a row that it was created or updated just now. False if the row does not exist.
bool journal_again(WriteTransaction& write, CapturedTable table, const Uuid& uuid, JournalOp op, std::int64_t mask);
/// The same for a point.
bool journal_point_again(WriteTransaction& write, const Uuid& series, std::int64_t sort_index, JournalOp op,
                         std::int64_t mask);
/// Makes the journal say that a row was deleted that does not exist. `row` stands for its local id; points have no
/// uuid.
void journal_deletion_again(WriteTransaction& write, CapturedTable table, std::int64_t row,
                            const std::optional<Uuid>& uuid);

}  // namespace edge::storage
