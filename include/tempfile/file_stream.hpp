/// \file
/// A std::iostream over a file_handle: what the temporary files are, and what turns a handle from mkstemp() into a
/// stream.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/filebuf.hpp>

#include <cstdint>
#include <istream>
#include <memory>
#include <system_error>

namespace tempfile {

/// A std::iostream for reading and writing a file_handle.
///
///     auto [file, path] = tempfile::mkstemp();
///     tempfile::file_stream stream{std::move(file)};
///     stream << "hello\n";
///
/// Used as a std::fstream opened with `in | out | binary`, except that reading may follow writing, and writing reading,
/// without a seek in between: there is one position. What failed is in last_error(), where a std::fstream only has a
/// state bit. Not to be used by two threads at once.
class TEMPFILE_EXPORT file_stream : public std::iostream {
 public:
  using native_handle_type = tempfile::native_handle_type;

  /// Takes over `handle`; reads and writes begin at its position. Sets badbit if it is closed.
  explicit file_stream(file_handle handle);
  /// Takes everything over, buffered bytes, state and formatting included. `other` is closed afterwards.
  file_stream(file_stream&& other);
  /// Flushes and closes what it held before, then takes over. A self-move changes nothing.
  file_stream& operator=(file_stream&& other);
  /// Flushes and closes. An error is lost here, so call close() where it matters; the temporary files report theirs to
  /// the hook set by set_cleanup_error_hook().
  ~file_stream() override;

  /// Exchanges everything, buffered bytes included.
  void swap(file_stream& other);

  [[nodiscard]] filebuf* rdbuf() const noexcept { return const_cast<filebuf*>(&buffer_); }
  [[nodiscard]] bool is_open() const noexcept { return buffer_.is_open(); }

  /// The descriptor, still owned by the stream. Its own position is the stream's only after flush() or sync().
  [[nodiscard]] native_handle_type native_handle() const noexcept { return buffer_.native_handle(); }

  /// Moves the position for reading and writing, and forgets eofbit and failbit first, so that a file read to its end
  /// can be read again. badbit stays: a write that failed is not forgotten. Sets failbit if the position can't be had.
  file_stream& seek(std::streamoff offset, std::ios_base::seekdir from = std::ios_base::beg);

  /// Flushes, then cuts the file off at `size` bytes or extends it by zeros. The position stays.
  /// \throws fs::filesystem_error if that can't be done.
  void truncate(std::uint64_t size);
  void truncate(std::uint64_t size, std::error_code& error) noexcept;

  /// Flushes and closes. Closing a closed stream is no error.
  /// \throws fs::filesystem_error if buffered bytes can't be written; then the stream is still open, and close() can be
  /// called again. Also reports an earlier write that failed, if none succeeded since.
  void close();
  void close(std::error_code& error) noexcept;

  /// Flushes, and leaves the descriptor to the caller. The stream is closed afterwards.
  /// \throws fs::filesystem_error if buffered bytes can't be written; then the stream still owns the descriptor.
  [[nodiscard]] native_handle_type release();
  [[nodiscard]] native_handle_type release(std::error_code& error) noexcept;

  /// Why the last read, write or seek that went to the system failed; clear if it didn't.
  [[nodiscard]] const std::error_code& last_error() const noexcept { return buffer_.last_error(); }

 protected:
  /// A closed stream with badbit set.
  file_stream();

  /// From now on the stream of `handle`, in a good state.
  void attach(file_handle handle);
  void attach(std::unique_ptr<internal::spool> memory);

 private:
  void use_buffer();

  filebuf buffer_;
};

}  // namespace tempfile
