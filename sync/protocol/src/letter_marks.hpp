#pragma once

#include "object_reader.hpp"

#include "edge/protocol/exchange.hpp"

#include <string>
#include <vector>

namespace edge::protocol {

/// `,"letters":[…]`, or nothing if there are none.
void write_letters(std::string& out, const std::vector<LetterMark>& letters);
[[nodiscard]] std::vector<LetterMark> read_letters(ObjectReader& reader);

}  // namespace edge::protocol
