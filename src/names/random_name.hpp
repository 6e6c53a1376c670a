// Names that nobody can guess.
#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Twelve characters of 32 are 60 bits: even among a million files, a name is taken once in 2^40 attempts. So twenty
// taken in a row (Python's limit, too) mean that something is broken, and a longer search would not end.
constexpr int max_attempts = 20;

// "directory/" and prefix, random characters, suffix. A forked child never has the names of its parent.
fs::path random_path(const fs::path& directory, std::string_view prefix, std::string_view suffix,
                     std::error_code& error);

}  // namespace tempfile::inline v0_1::internal
