/// \file
/// Where temporary objects go when the caller names no directory.
#pragma once

#include <tempfile/export.hpp>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// The directory for temporary objects: the first of candidate_tempdirs() in which a file can really be created,
/// written and removed. Chosen once for the process and remembered; settempdir() changes it.
///
/// In a directory that others may write and that has no sticky bit, they may remove and rename what is made there. Such
/// a one is still taken if the environment names it.
///
/// \returns an absolute path without a trailing separator.
/// \throws fs::filesystem_error (errc::no_usable_directory) whose text names every directory tried and why each failed.
/// Thread-safe, takes no lock, and may be called in a forked child.
[[nodiscard]] TEMPFILE_EXPORT fs::path gettempdir();

/// The same; on failure returns an empty path and sets `error` to errc::no_usable_directory.
[[nodiscard]] TEMPFILE_EXPORT fs::path gettempdir(std::error_code& error);

/// Makes gettempdir() return `directory` in this process, from now on. It is made absolute at once and not probed:
/// creating in it reports what is wrong with it. An empty path undoes this: the next gettempdir() chooses anew, from
/// the environment as it is then.
///
/// \throws fs::filesystem_error if the path contains a NUL, or is relative and there is no working directory.
/// Thread-safe. Each distinct directory ever set costs a few bytes until the process ends, because another thread may
/// be reading it.
TEMPFILE_EXPORT void settempdir(fs::path directory);

/// The same; on failure changes nothing and sets `error`.
TEMPFILE_EXPORT void settempdir(fs::path directory, std::error_code& error);

/// The directories that gettempdir() tries, in this order: the values of `TMPDIR`, `TEMP` and `TMP` that are absolute
/// paths, then the platform's own (`/tmp`, `/var/tmp`, `/usr/tmp` on POSIX). Never the working directory, each once.
///
/// In a set-user-ID program the environment is a stranger's and is not read (`secure_getenv`, where the platform has
/// it). Not safe while another thread changes the environment.
[[nodiscard]] TEMPFILE_EXPORT std::vector<fs::path> candidate_tempdirs();

/// "tmp", which options::prefix starts out as.
[[nodiscard]] TEMPFILE_EXPORT std::string_view gettempprefix() noexcept;

}  // namespace tempfile::inline v0_1
