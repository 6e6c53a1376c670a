// What an error means to who removes a tree.
#pragma once

#include <system_error>

namespace tempfile::inline v0_1::internal {

inline bool is_gone(const std::error_code& error) noexcept { return error == std::errc::no_such_file_or_directory; }

// By a mode, that is. (EPERM is an immutable file's, or a sticky directory's.)
inline bool is_forbidden(const std::error_code& error) noexcept { return error == std::errc::permission_denied; }

inline bool is_out_of_handles(const std::error_code& error) noexcept {
  return error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system;
}

inline bool is_not_empty(const std::error_code& error) noexcept {
  return error == std::errc::directory_not_empty || error == std::errc::file_exists;  // POSIX allows either
}

inline std::error_code out_of_memory() noexcept { return std::make_error_code(std::errc::not_enough_memory); }

}  // namespace tempfile::inline v0_1::internal
