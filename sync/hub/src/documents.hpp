#pragma once

#include "edge/hub/dead_letters.hpp"
#include "edge/hub/server.hpp"
#include "edge/hub/store.hpp"
#include "edge/protocol/row_digest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// JSON of GET /v1/hello: versions, limits, the hub's epoch.
[[nodiscard]] std::string hello_document(const HubSettings& settings, const ServerOptions& options);
/// JSON of GET /v1/status.
[[nodiscard]] std::string status_document(const HubStatus& status, const ServerCounters& counters);
/// JSON of GET /v1/deadletter; `next` is the cursor of the following page, if there may be one.
[[nodiscard]] std::string dead_letters_document(const std::vector<SellerDeadLetter>& letters, bool more);

/// JSON of GET /v1/digest: what the hub holds of a seller, to compare with what the device holds.
[[nodiscard]] std::string digest_document(std::string_view seller, const protocol::RowDigest& digest);

/// What a POST to /v1/deadletter asks for.
struct LetterOrder {
    bool retry = false;  ///< otherwise discard
    std::vector<LetterId> ids;
};
/// Nothing if the body is something else, or names none or too many.
[[nodiscard]] std::optional<LetterOrder> read_letter_order(std::string_view body, const protocol::Limits& limits);
[[nodiscard]] std::string letter_report_document(const LetterReport& report);

/// A page's cursor: `replica/epoch/lane/seq/part/index`.
[[nodiscard]] std::string encode_cursor(const ChangeId& id);
[[nodiscard]] std::optional<ChangeId> decode_cursor(std::string_view text);

}  // namespace edge::hub
