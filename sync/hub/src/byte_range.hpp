#pragma once

#include "endpoints.hpp"

#include <string_view>

namespace edge::hub {

/// The part of a whole answer that `bytes=N-` or `bytes=N-M` asks for (206); 416 if it begins behind the end. A range
/// of another form is passed over, as RFC 9110 has it, and the whole is the answer.
[[nodiscard]] HttpAnswer in_range(std::string_view range, HttpAnswer whole);

}  // namespace edge::hub
