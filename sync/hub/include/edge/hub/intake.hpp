#pragma once

#include "edge/core/time.hpp"
#include "edge/hub/store.hpp"
#include "edge/protocol/bundle_file.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/limits.hpp"
#include "edge/protocol/problem.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// Of a pull page, see IntakeOptions::pull_bytes.
inline constexpr std::size_t full_pull_bytes = 1U << 20U;

struct IntakeOptions {
    protocol::Limits limits;
    std::int64_t next_after_s = 300;  ///< when a device should come again
    /// Of the rows in a pull page, uncompressed; 0: no page.
    std::size_t pull_bytes = full_pull_bytes;
};

/// What an intake did, for counters.
struct IntakeCounts {
    std::int64_t parts = 0;
    std::int64_t applied_segments = 0;
    std::int64_t applied_changes = 0;  ///< all changes of those segments, whatever became of them
    std::int64_t dead_letters = 0;
    std::int64_t repeated_parts = 0;
    std::int64_t problems = 0;  ///< lanes that could not go on
};

struct IntakeResult {
    protocol::Ack ack;
    IntakeCounts counts;
};

/// Takes a replica's parts, in the order given, in one transaction, and says where its lanes stand. The same parts
/// again have no effect and get the same outcomes. Without parts nothing is written and no write transaction begins.
/// A Problem is returned if nothing in the request could be told to belong to a lane. Throws Error when the store
/// fails; nothing has happened then, or all of it.
[[nodiscard]] protocol::Decoded<IntakeResult> take_parts(HubStore& store, const protocol::SyncHeader& header,
                                                         const std::vector<std::string_view>& parts, Timestamp now,
                                                         const IntakeOptions& options = {});

/// The same for the body of a POST to sync_path.
[[nodiscard]] protocol::Decoded<IntakeResult> take_request(HubStore& store, std::string_view body, Timestamp now,
                                                           const IntakeOptions& options = {});

/// Writes rows in the hub's own name (the marketplace's web application, an operator): `fields` are what changes, a
/// creation has all; `hlc` is ms since 1970 UTC, or 0, which stands for `now`. The hub knows every row as it is, so its
/// values stand. Saved in the writer's transaction, not committed. Returns what became of the changes that were not
/// accepted, `index` counting from 0; writes nothing if nothing changed.
[[nodiscard]] std::vector<protocol::ChangeOutcome> write_own_rows(SellerWriter& writer,
                                                                  std::vector<protocol::Change> changes, Timestamp now);
/// The same in a transaction of its own.
std::vector<protocol::ChangeOutcome> write_own_rows(HubStore& store, std::string_view seller,
                                                    std::vector<protocol::Change> changes, Timestamp now);

/// Takes in what others have changed in tables that the store shares with them, so that it reaches devices which only
/// poll. Returns for how many sellers.
std::size_t take_in_outside_changes(HubStore& store, Timestamp now);

/// Takes a bundle file's parts the way the network would have brought them, a request's worth at a time, and returns
/// the receipt for the device. Throws `corrupt_data` for a file that is not whole (nothing is taken then), `refused`
/// for one whose parts belong to nobody, and what the store throws.
[[nodiscard]] protocol::Receipt import_bundle_file(HubStore& store, const std::filesystem::path& file, Timestamp now,
                                                   const IntakeOptions& options = {});

/// Everything the hub has of a seller, one line a row in order of table and key, without versions and clocks: equal
/// lines mean equal rows. `bundles 01JDQ4… {"name":"…"}`; columns in order of name; tombstones left out.
[[nodiscard]] std::vector<std::string> dump(HubStore& store, std::string_view seller);

}  // namespace edge::hub
