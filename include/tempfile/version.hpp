/// \file
/// The version of these headers. CMake reads its project version from the three numbers below.
#pragma once

#include <tempfile/export.hpp>

#include <string_view>

// Everything is in the inline namespace v0_1, which changes with each version that changes the binary interface
// (before 1.0 each minor one): two versions in one process, a plugin's and its host's say, never call each other's
// functions.
//
// Macros, because the preprocessor must be able to compare them.
/// The first number of the headers' version.
#define TEMPFILE_VERSION_MAJOR 0
/// The second one; before 1.0 another one is another interface.
#define TEMPFILE_VERSION_MINOR 1
/// The third one.
#define TEMPFILE_VERSION_PATCH 0

namespace tempfile::inline v0_1 {

/// The version of the compiled library, "major.minor.patch"; it can differ from the header's when the library is
/// shared.
[[nodiscard]] TEMPFILE_EXPORT std::string_view version() noexcept;

}  // namespace tempfile::inline v0_1
