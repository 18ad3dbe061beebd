#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/lane.hpp"

#include <string>
#include <string_view>

namespace edge::hub {

/// How both kinds of store keep what is neither a number nor a text. The readers throw `corrupt_data`.
[[nodiscard]] protocol::Lane stored_lane(std::string_view name);
[[nodiscard]] protocol::Outcome stored_outcome(std::string_view name);
[[nodiscard]] LetterState stored_letter_state(std::string_view name);
/// Sets the columns and their clocks; `stored.at` is set already.
void read_stored_fields(std::string_view fields, std::string_view stamps, StoredRow& stored);

/// One line of the table `hub`; what is not a setting is passed over.
void read_fact(std::string_view name, std::string_view value, HubSettings& settings);
/// An instant as a fact.
[[nodiscard]] std::string fact_of(Timestamp instant);

/// "1, 2, 3": the numbers of the tables whose rows every device of a seller holds.
[[nodiscard]] const std::string& shared_table_numbers();

}  // namespace edge::hub
