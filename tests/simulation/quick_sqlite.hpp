#pragma once

#include <cstddef>

namespace edge::simulation {

/// SQLite for one thread, with memory from a pool of its own: opening a database parses its schema, which is thousands
/// of small allocations, and worlds open a dozen databases each. To be called before anything of SQLite is.
[[nodiscard]] bool quicken_sqlite();

/// To be called in the fork of a process: what SQLite takes from now on does not lie between what the two share, where
/// each first touch would copy a page.
void begin_in_fork();

[[nodiscard]] void* take_from_pool(std::size_t bytes);
void give_back_to_pool(void* block);

}  // namespace edge::simulation
