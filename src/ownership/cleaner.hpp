// Removes all that a process owns, when no owner can do it any more.
#pragma once

#include <tempfile/cleanup.hpp>

#include <filesystem>
#include <system_error>

#include "ownership/name_table.hpp"

namespace tempfile::inline v0_1::internal {

// The table to record a name in that is, or will be, of that type. The first call in a process also sees to it that
// exit() cleans up; the first for a directory takes the memory that removing it will need.
name_table* table_of_this_process(fs::file_type type, std::error_code& error) noexcept;

// Removes everything that the calling process owns; what its owner will want to remove later counts as removed. If
// another thread does so already, waits for it. Async-signal-safe: takes no lock, allocates nothing, uses no
// thread-local storage of the library's, and reports nothing. Does nothing in a child that vfork() has made.
void remove_all(after_cleanup after) noexcept;

}  // namespace tempfile::inline v0_1::internal
