/// \file
/// The errors that are the library's own. Everything else is the system's, in std::system_category().
#pragma once

#include <tempfile/export.hpp>

#include <system_error>

namespace tempfile::inline v0_1 {

/// Errors that have no errno value. Each compares equal to the std::errc named beside it, if one is.
enum class errc {
  no_unused_name = 1,   ///< every name that was tried was taken; std::errc::file_exists
  no_usable_directory,  ///< no candidate serves as temporary directory; std::errc::no_such_file_or_directory
  replaced,             ///< the path now refers to a different file
  not_owner,            ///< a forked child was asked to remove what its parent owns; std::errc::operation_not_permitted
  mount_point,          ///< a file system is mounted there: not entered; std::errc::device_or_resource_busy
  refused_to_remove,    ///< "/", "." and ".." are not removed; std::errc::invalid_argument
};

/// The category of tempfile::errc, named "tempfile".
[[nodiscard]] TEMPFILE_EXPORT const std::error_category& error_category() noexcept;

/// Found by argument-dependent look-up when a tempfile::errc turns into a std::error_code.
[[nodiscard]] TEMPFILE_EXPORT std::error_code make_error_code(errc reason) noexcept;

}  // namespace tempfile::inline v0_1

template <>
struct std::is_error_code_enum<tempfile::errc> : std::true_type {};
