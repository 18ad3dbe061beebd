#pragma once

#include <string>

namespace edge::simulation {

/// An SQLite VFS whose files are in this process's memory, for one thread: what a thousand short databases cost on a
/// real disk is mostly calls of the system. A fork of the process has the files as they are then, and to itself.
[[nodiscard]] const char* memory_vfs();

/// The bytes of a file in it; empty if there is none.
[[nodiscard]] std::string read_memory(const std::string& path);
[[nodiscard]] bool is_in_memory(const std::string& path);
/// In place of what the file holds; connections may be open if none of them is in a transaction. What SQLite shares
/// about its log is forgotten, so that the next to read it looks at it anew, as after a restart.
void write_memory(const std::string& path, const std::string& bytes);
/// The same without a change of its bytes: every process that had the database open is gone. One that is not may go on
/// with pages that it kept: what is shared anew can look as it did when it last looked.
void forget_sharing(const std::string& path);
void remove_memory(const std::string& path);

}  // namespace edge::simulation
