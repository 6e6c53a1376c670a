/// \file
/// The file that stays in memory while it is small.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_stream.hpp>
#include <tempfile/options.hpp>
#include <tempfile/persist.hpp>

#include <cstddef>
#include <string>

namespace tempfile::inline v0_1 {

namespace internal {
struct failure;
}  // namespace internal

/// tempfile::options, and how much stays in memory.
struct spooled_temporary_file_options {
  std::string prefix{"tmp"};        ///< \copydoc options::prefix
  std::string suffix{};             ///< \copydoc options::suffix
  fs::path dir{};                   ///< \copydoc options::dir
  std::optional<fs::perms> mode{};  ///< \copydoc options::mode
  bool inheritable{false};          ///< \copydoc options::inheritable
  /// How many bytes stay in memory; one more, and they go to a file. 0: as many as there are, until rollover() or
  /// native_handle().
  std::size_t max_size{0};
};

/// A scratch file that is kept in memory until it grows beyond `max_size`, and then is a temporary_file.
///
///     tempfile::spooled_temporary_file upload{{.max_size = 1 << 20}};
///     upload << request.body();
///     upload.seek(0);
///
/// In memory or not, it reads, writes and seeks alike: one position, kept when it goes to disk; what is skipped reads
/// as zeros. Nothing is created before that, so a directory that can't be used shows only then. Going to disk can fail,
/// of a full disk for example: then the write, truncate() or rollover() that caused it fails, last_error() is the
/// reason, and everything written before is still there, in memory.
class [[nodiscard]] TEMPFILE_EXPORT spooled_temporary_file : public file_stream_base {
 public:
  /// \throws fs::filesystem_error if prefix, suffix or directory can't be part of a path.
  [[nodiscard]] spooled_temporary_file() : spooled_temporary_file{spooled_temporary_file_options{}} {}
  [[nodiscard]] explicit spooled_temporary_file(const spooled_temporary_file_options& options);
  /// On failure sets `error`, and the stream is closed with badbit set.
  [[nodiscard]] explicit spooled_temporary_file(std::error_code& error) : spooled_temporary_file{{}, error} {}
  [[nodiscard]] spooled_temporary_file(const spooled_temporary_file_options& options, std::error_code& error);

  /// Takes everything over, buffered bytes included.
  spooled_temporary_file(spooled_temporary_file&& other);
  /// Flushes and closes what it held before, then takes over. A self-move changes nothing.
  spooled_temporary_file& operator=(spooled_temporary_file&& other);
  /// Flushes and closes. Errors go to the cleanup error hook.
  ~spooled_temporary_file() override;

  /// Exchanges everything, buffered bytes included.
  void swap(spooled_temporary_file& other);
  friend void swap(spooled_temporary_file& left, spooled_temporary_file& right) { left.swap(right); }

  /// Whether the bytes are in a file on disk. It never goes back to memory.
  [[nodiscard]] bool is_rolled() const noexcept { return is_open() && !buffer().is_in_memory(); }

  // As in file_stream; release() goes to disk first.
  using file_stream_base::close;
  using file_stream_base::release;

  /// Moves the bytes to a file on disk, unless they are there.
  /// \throws fs::filesystem_error if that can't be created or written; then they are still in memory.
  void rollover();
  void rollover(std::error_code& error) noexcept;

  /// The descriptor, still owned by the stream, after rollover().
  /// \throws fs::filesystem_error as rollover().
  [[nodiscard]] native_handle_type native_handle();
  /// On failure sets `error` and returns no_native_handle.
  [[nodiscard]] native_handle_type native_handle(std::error_code& error) noexcept;

  /// As file_stream::reopen(), after rollover().
  [[nodiscard]] file_handle reopen();
  [[nodiscard]] file_handle reopen(std::error_code& error);

  /// Gives the bytes, from memory or from disk, the name `target`, as persist_options describes.
  /// \returns the absolute path of the target. \throws fs::filesystem_error.
  fs::path persist(const fs::path& target, const persist_options& options = {});
  fs::path persist(const fs::path& target, std::error_code& error) { return persist(target, {}, error); }
  fs::path persist(const fs::path& target, const persist_options& options, std::error_code& error);

  /// All bytes, from the first to the last wherever the position is. From memory they are moved, not copied. The stream
  /// is closed afterwards.
  /// \throws fs::filesystem_error if bytes have been lost, or they are on disk and can't be read, and std::bad_alloc if
  /// they don't fit into memory; then the stream is still open, and nothing is handed out.
  [[nodiscard]] std::string into_string() &&;
  [[nodiscard]] std::string into_string(std::error_code& error) &&;

 private:
  fs::path persist(const fs::path& target, const persist_options& options, internal::failure& failed);
  void create(const spooled_temporary_file_options& options, internal::failure& failed);
  [[nodiscard]] fs::path where() const override;
  void end() noexcept;

  fs::path dir_;
};

}  // namespace tempfile::inline v0_1
