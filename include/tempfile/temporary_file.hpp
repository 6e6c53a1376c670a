/// \file
/// The file without a name.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_stream.hpp>
#include <tempfile/options.hpp>
#include <tempfile/persist.hpp>

namespace tempfile::inline v0_1 {

namespace internal {
struct failure;
}  // namespace internal

/// A scratch file that has no name and vanishes when it is closed, however the process ends.
///
///     tempfile::temporary_file file;
///     file << "hello\n";
///     file.seek(0);
///     std::getline(file, line);
///
/// On Linux it never has a name (`O_TMPFILE`, Linux 3.11); where the file system can't do that, and on other POSIX
/// systems, a file is created exclusively and unlinked at once, so that only a crash between the two calls leaves it.
class [[nodiscard]] TEMPFILE_EXPORT temporary_file : public file_stream_base {
 public:
  /// \throws fs::filesystem_error that names the path and the reason; nothing is left behind.
  [[nodiscard]] temporary_file() : temporary_file{options{}} {}
  [[nodiscard]] explicit temporary_file(const options& options);
  /// On failure sets `error`, and the stream is closed with badbit set.
  [[nodiscard]] explicit temporary_file(std::error_code& error) : temporary_file{{}, error} {}
  [[nodiscard]] temporary_file(const options& options, std::error_code& error);

  /// Takes everything over, buffered bytes included.
  temporary_file(temporary_file&& other) : file_stream_base{std::move(other)} {}
  /// Flushes and closes what it held before, then takes over. A self-move changes nothing.
  temporary_file& operator=(temporary_file&& other);
  /// Flushes and closes. Errors go to the cleanup error hook.
  ~temporary_file() override;

  // As in file_stream.
  using file_stream_base::close;
  using file_stream_base::native_handle;
  using file_stream_base::release;
  using file_stream_base::reopen;

  /// Gives the file the name `target`, as persist_options describes.
  /// \returns the absolute path of the target. \throws fs::filesystem_error.
  fs::path persist(const fs::path& target, const persist_options& options = {});
  fs::path persist(const fs::path& target, std::error_code& error) { return persist(target, {}, error); }
  fs::path persist(const fs::path& target, const persist_options& options, std::error_code& error);

  /// Exchanges everything, buffered bytes included.
  void swap(temporary_file& other) { file_stream_base::swap(other); }
  friend void swap(temporary_file& left, temporary_file& right) { left.swap(right); }

 private:
  void create(const options& options, internal::failure& failed);
  fs::path persist(const fs::path& target, const persist_options& options, internal::failure& failed);
  void end() noexcept;
};

}  // namespace tempfile::inline v0_1
