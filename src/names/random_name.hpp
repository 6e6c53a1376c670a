// Names, and the only loop that looks for one that is not taken.
#pragma once

#include <tempfile/error.hpp>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Twelve characters of 32 are 60 bits: even among a million files, a name is taken once in 2^40 attempts. So twenty
// taken in a row (Python's limit, too) mean that something is broken, and a longer search would not end.
constexpr int max_attempts = 20;

// "directory/" and prefix, random characters, suffix. A forked child never has the names of its parent.
fs::path random_path(const fs::path& directory, std::string_view prefix, std::string_view suffix,
                     std::error_code& error);

// Calls create(path, error) with new names in `directory` until one is not taken, and returns the path; with an empty
// one, `failed` tells why not. Only std::errc::file_exists is tried again.
template <class Create>
fs::path under_unused_name(const fs::path& directory, std::string_view prefix, std::string_view suffix, failure& failed,
                           Create create) {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    std::error_code error;
    fs::path path = random_path(directory, prefix, suffix, error);  // before creating: afterwards nothing may throw
    if (!error) create(path, error);
    if (!error) return path;
    if (error != std::errc::file_exists) {
      failed = {error, std::move(path), {}};
      return {};
    }
  }
  failed = {errc::no_unused_name, directory, {}};
  return {};
}

}  // namespace tempfile::inline v0_1::internal
