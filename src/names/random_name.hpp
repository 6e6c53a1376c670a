// Names that nobody can guess.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <system_error>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Twelve characters of 32 are 60 bits: even among a million files, a name is taken once in 2^40 attempts. So twenty
// taken in a row (Python's limit, too) mean that something is broken, and a longer search would not end.
constexpr std::size_t random_characters = 12;
constexpr int max_attempts = 20;

using random_text = std::array<fs::path::value_type, random_characters>;

// A forked child never has the names of its parent.
random_text random_name(std::error_code& error);

}  // namespace tempfile::inline v0_1::internal
