/// \file
/// Finding files by pattern.
#pragma once

#include <tempfile/export.hpp>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace tempfile {

namespace fs = std::filesystem;

/// The entries of `dir` whose name matches `pattern`, as absolute paths, sorted.
///
/// `*` stands for any characters, `?` for one (a whole UTF-8 sequence), `[a-z]` for one of a set, `[!a-z]` for one that
/// is not in it; `[*]` is a star that means itself. Case counts. A leading dot must be written: `*` does not match
/// ".hidden". A pattern of several components, `logs/*.txt`, matches in
/// sub-directories, and the component `**` matches any number of directories, none included, without following symbolic
/// links.
///
/// \throws fs::filesystem_error if `dir` can't be read (std::errc::no_such_file_or_directory and so on), or with
/// std::errc::invalid_argument if the pattern is empty, absolute, holds a NUL, or leads out of `dir` by "..".
[[nodiscard]] TEMPFILE_EXPORT std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern);
/// The same; on failure sets `error` and returns what was found until then.
[[nodiscard]] TEMPFILE_EXPORT std::vector<fs::path> glob(const fs::path& dir, std::string_view pattern,
                                                         std::error_code& error);

}  // namespace tempfile
