#pragma once

namespace edge::simulation {

/// SQLite for one thread, with memory from a pool of its own: opening a database parses its schema, which is thousands
/// of small allocations, and worlds open a dozen databases each. To be called before anything of SQLite is.
[[nodiscard]] bool quicken_sqlite();

}  // namespace edge::simulation
