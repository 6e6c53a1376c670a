// Questions about paths that std::filesystem doesn't answer.
#pragma once

#include <filesystem>
#include <string>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Whether a NUL hides in `path`, which would end it early for the system.
bool holds_nul(const fs::path& path) noexcept;

// Whether a mode has no bits but those of permissions.
constexpr bool is_mode(fs::perms mode) noexcept { return (mode & ~fs::perms::mask) == fs::perms::none; }

// A path in UTF-8, for messages: fs::path::string() may throw for what the locale can't express.
std::string text_of(const fs::path& path);

// "dir/" and "dir//" are "dir"; the root directory stays.
fs::path without_trailing_separators(const fs::path& path);

// `path` as seen from the working directory of this moment, without components "."; empty on failure.
fs::path absolute(const fs::path& path, failure& failed);

// The same without trailing separators, of a directory; std::errc::invalid_argument if it is empty or holds a NUL.
fs::path absolute_directory(const fs::path& path, failure& failed);

// Whether `path` is safe to remove: neither empty nor with a NUL (std::errc::invalid_argument), and its last component
// a name rather than "/", "." or ".." (errc::refused_to_remove).
bool may_be_removed(const fs::path& path, std::error_code& error);

}  // namespace tempfile::inline v0_1::internal
