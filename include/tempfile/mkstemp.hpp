/// \file
/// Manual control: a file or directory that its caller removes.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/options.hpp>

namespace tempfile::inline v0_1 {

/// What mkstemp() returns, made for `auto [file, path] = tempfile::mkstemp();`.
struct mkstemp_result {
  file_handle file;  ///< open for reading and writing, closed on exec unless options::inheritable
  fs::path path;     ///< absolute
};

/// Creates a file and opens it (`openat` with `O_CREAT | O_EXCL | O_NOFOLLOW`). The caller removes it:
/// `std::filesystem::remove(path)`, or a temporary_path that adopts it.
///
/// \throws fs::filesystem_error that names the path and the reason; nothing is left behind. errc::no_unused_name if
/// twenty random names in a row were taken.
[[nodiscard]] TEMPFILE_EXPORT mkstemp_result mkstemp(const options& options = {});
/// The same; on failure sets `error`, and the result is closed and empty.
[[nodiscard]] TEMPFILE_EXPORT mkstemp_result mkstemp(const options& options, std::error_code& error);
[[nodiscard]] inline mkstemp_result mkstemp(std::error_code& error) { return mkstemp(options{}, error); }

/// Creates a directory (`mkdir`). The caller removes it: remove_tree(path), or a temporary_path that adopts it.
///
/// With `using namespace tempfile;`, `mkdtemp({})` is the C library's, with a null pointer: write `mkdtemp()`.
/// \returns its absolute path.
/// \throws as mkstemp().
[[nodiscard]] TEMPFILE_EXPORT fs::path mkdtemp(const options& options = {});
/// The same; on failure sets `error` and returns an empty path.
[[nodiscard]] TEMPFILE_EXPORT fs::path mkdtemp(const options& options, std::error_code& error);
[[nodiscard]] inline fs::path mkdtemp(std::error_code& error) { return mkdtemp(options{}, error); }

}  // namespace tempfile::inline v0_1
