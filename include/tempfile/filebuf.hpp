/// \file
/// The stream buffer over a file_handle.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ios>
#include <memory>
#include <span>
#include <streambuf>
#include <string>
#include <string_view>
#include <system_error>

namespace tempfile::inline v0_1 {

namespace internal {
class memory_storage;
}  // namespace internal

/// A std::streambuf over a file_handle, for reading and writing bytes as they are: no locale, no conversion.
///
/// One position serves reading and writing, and one buffer, allocated at the first byte; switching between the two
/// needs no seek in between. A block at least as large as the buffer goes straight to the system. While this buffer
/// holds bytes, the descriptor's own position differs from the stream's; pubsync() brings them together.
///
/// After a flush that failed, the bytes stay in the buffer and are tried again by the next flush, seek or close().
/// Bytes that are refused and not kept, because neither the buffer nor the system takes them, are remembered for good
/// in write_error(), whatever succeeds later: a file with a hole is neither closed nor released as if it were whole,
/// unless accept_loss() says so. To a streambuf's caller a read that failed looks like the end of the file;
/// last_error() makes the difference, and the file_stream that owns this buffer sets badbit.
///
/// A handle that can't seek (a socket, a pipe, a terminal) has a second buffer for writing once bytes have been read
/// ahead, which stay to be read. Not to be used by two threads at once.
class TEMPFILE_EXPORT filebuf : public std::streambuf {
 public:
  /// A closed one.
  filebuf();
  /// Takes over `handle`; reads and writes begin at its position.
  explicit filebuf(file_handle handle);
  /// Takes everything over, buffered bytes included. `other` is closed afterwards.
  filebuf(filebuf&& other);
  /// Flushes and closes what it held before, then takes over. A self-move changes nothing.
  filebuf& operator=(filebuf&& other);
  filebuf(const filebuf&) = delete;
  filebuf& operator=(const filebuf&) = delete;
  /// Flushes and closes; an error is lost here, so call close() where it matters.
  ~filebuf() override;

  /// Exchanges everything, buffered bytes included.
  void swap(filebuf& other);

  /// Whether there is a file, on disk or in memory.
  [[nodiscard]] bool is_open() const noexcept { return handle_.is_open() || is_in_memory(); }
  /// Whether it is a spooled_temporary_file's, and there is no descriptor yet.
  [[nodiscard]] bool is_in_memory() const noexcept { return memory_ != nullptr; }
  /// What has been flushed to memory; nothing if it is on disk. To be used before the next operation.
  [[nodiscard]] std::span<const std::byte> bytes_in_memory() const noexcept;
  /// The descriptor, still owned by this object; no_native_handle if there is none.
  [[nodiscard]] native_handle_type native_handle() const noexcept { return handle_.native_handle(); }

  /// Writes what is buffered for writing. \returns false if it can't; last_error() is the reason, and the bytes stay.
  bool flush() noexcept;

  /// Flushes, then closes. If bytes have been lost (write_error()) or flushing fails, nothing has changed: the file
  /// stays open with its bytes still buffered, and close() can be called again.
  void close(std::error_code& error) noexcept;

  /// Flushes, then hands the file over; its position is the stream's. What is in memory goes to disk first. If bytes
  /// have been lost, flushing fails, or bytes read ahead can't be given back (std::errc::invalid_seek), nothing is
  /// handed over.
  [[nodiscard]] file_handle release(std::error_code& error) noexcept;

  /// Why bytes were refused and not kept; clear as long as everything that was written is in the file or buffered.
  /// Moves with the file, and stays when it is closed.
  [[nodiscard]] const std::error_code& write_error() const noexcept { return write_error_; }
  /// Goes on with what is there: forgets write_error(), and drops what is buffered if it can't be written now.
  void accept_loss() noexcept;

  /// Flushes, then cuts the file off at `size` bytes or extends it by zeros. The position stays.
  void truncate(std::uint64_t size, std::error_code& error) noexcept;

  /// Flushes, and returns the size in bytes. The position stays.
  [[nodiscard]] std::uint64_t size(std::error_code& error) noexcept;

  /// Flushes, and returns when everything is on stable storage (`fsync`); in memory there is nothing to do. The
  /// descriptor's position is the stream's afterwards.
  void sync_to_disk(std::error_code& error) noexcept;

  /// Flushes; from now on whatever is flushed goes to the end of the file, or no longer.
  /// \param error std::errc::operation_not_supported in memory.
  void set_append(bool appends, std::error_code& error) noexcept;

  /// Gives the file up whether or not what is still buffered can be written.
  /// \param error why bytes were lost, or closing failed.
  void abandon(std::error_code& error) noexcept;

  /// Gives the file up without writing what is buffered: for a file that nobody will see again.
  void discard() noexcept;

  /// Why the last read, write or seek that went to the system failed; clear if it didn't.
  [[nodiscard]] const std::error_code& last_error() const noexcept { return last_error_; }

 protected:
  /// \cond
  int_type underflow() override;
  int_type overflow(int_type character) override;
  int_type pbackfail(int_type character) override;
  int sync() override;
  std::streamsize showmanyc() override;
  std::streamsize xsgetn(char* destination, std::streamsize count) override;
  std::streamsize xsputn(const char* source, std::streamsize count) override;
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode which) override;
  pos_type seekpos(pos_type position, std::ios_base::openmode which) override;
  /// \endcond

 private:
  friend class file_stream_base;
  // Whether the bytes fitted into the put area, and are there now.
  bool append(char byte) noexcept {
    if (pptr() == epptr()) return false;
    *pptr() = byte;
    pbump(1);
    return true;
  }
  bool append(const char* source, std::streamsize count) noexcept {
    if (count < 0 || count > epptr() - pptr()) return false;
    if (count > 0) put(source, static_cast<std::size_t>(count));
    return true;
  }
  void put(const char* source, std::size_t count) noexcept {
    std::memcpy(pptr(), source, count);
    pbump(static_cast<int>(count));
  }
  [[nodiscard]] std::string_view unread_text() const noexcept { return {gptr(), unread()}; }
  void skip(std::size_t count) noexcept { gbump(static_cast<int>(count)); }
  [[nodiscard]] std::size_t unread() const noexcept { return static_cast<std::size_t>(egptr() - gptr()); }
  [[nodiscard]] std::size_t unwritten() const noexcept { return static_cast<std::size_t>(pptr() - pbase()); }
  std::streamsize put_block(const char* source, std::size_t count) noexcept;
  void lose_bytes(const std::error_code& reason);
  void open(file_handle handle) noexcept;
  void open(std::unique_ptr<internal::memory_storage> memory) noexcept;
  void leave_memory(std::error_code& error) noexcept;
  std::string take_bytes(std::error_code& error);
  bool has_file() noexcept;
  bool allocate(std::unique_ptr<char[]>& buffer) noexcept;
  void become_idle() noexcept;
  bool start_reading();
  bool start_writing();
  [[nodiscard]] bool is_large(std::size_t count) const noexcept;
  void set_put_area() noexcept;
  bool make_room_for(std::size_t count) noexcept;
  bool give_back_unread() noexcept;
  std::size_t get(char* destination, std::size_t count);
  off_type position(std::error_code& error) noexcept;

  std::size_t read_some(char* destination, std::size_t count) noexcept;
  std::size_t write_all(const char* source, std::size_t count, std::error_code& error) noexcept;
  std::uint64_t move_to(off_type offset, std::ios_base::seekdir from, std::error_code& error) noexcept;
  [[nodiscard]] std::uint64_t stored_size(std::error_code& error) const noexcept;

  file_handle handle_;
  std::unique_ptr<internal::memory_storage> memory_;  // instead of the handle
  std::unique_ptr<char[]> buffer_;
  std::unique_ptr<char[]> put_buffer_;  // of its own only once bytes were read ahead that can't be given back
  std::ios* stream_{nullptr};           // whose badbit shows what failed
  std::error_code last_error_;
  std::error_code write_error_;
};

}  // namespace tempfile::inline v0_1
