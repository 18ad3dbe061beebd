#pragma once

#include "edge/storage/connection.hpp"

namespace edge::storage {

/// Whether the file's schema is the very one of the last `remember_capture`. A trigger or table that somebody dropped,
/// rebuilt or made again shows here, even if it looks as before; so do harmless things, such as a new index or VACUUM.
/// Reads two values.
[[nodiscard]] bool is_capture_remembered(Connection& connection);
/// To be called when the triggers are installed and every row is as the journal has it.
void remember_capture(WriteTransaction& write);

}  // namespace edge::storage
