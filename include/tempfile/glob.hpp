/// \file
/// Finding files by pattern.
#pragma once

#include <tempfile/export.hpp>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// The entries of `dir` whose name matches `pattern`, as absolute paths, sorted.
///
/// `*` matches any characters, `?` one (a whole UTF-8 sequence), `[a-z]` for one of a set, `[!a-z]` for one that
/// is not in it; `[*]` is a star that means itself. Case counts. A leading dot must be written: `*` does not match
/// ".hidden". A pattern of several components, `logs/*.txt`, matches in
/// sub-directories, and the component `**` matches any number of directories, none included, without following symbolic
/// links.
///
/// Each directory is read once, however many components the pattern has, and one is open at a time, at any depth. What
/// vanishes meanwhile below `dir`, or can't be read there, is skipped. A component without `*`, `?` and `[` is looked
/// up rather than looked for, so that its directory need not be readable.
///
/// \throws fs::filesystem_error if `dir` can't be read (std::errc::no_such_file_or_directory and so on), or with
/// std::errc::invalid_argument if it is an empty path, or the pattern is empty, absolute, contains a NUL, or leads out
/// of `dir` by "..".
[[nodiscard]] TEMPFILE_EXPORT std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern);
/// The same; on failure sets `error` and returns nothing.
[[nodiscard]] TEMPFILE_EXPORT std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern,
                                                         std::error_code& error);

/// What glob() has not looked into.
struct glob_report {
  /// A directory that could not be read.
  struct skipped_directory {
    fs::path path;          ///< a directory below the one that was searched
    std::error_code error;  ///< why it can't be read; std::errc::no_such_file_or_directory if it has vanished
  };
  std::vector<skipped_directory> skipped;  ///< in the order in which they were met
};

/// The same, telling what was skipped.
[[nodiscard]] TEMPFILE_EXPORT std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern,
                                                         glob_report& report);

}  // namespace tempfile::inline v0_1
