/// \file
/// The owner of one open file: what everything else reads and writes through.
#pragma once

#include <tempfile/bytes.hpp>
#include <tempfile/export.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ios>
#include <span>
#include <system_error>
#include <utility>

namespace tempfile::inline v0_1 {

#if defined(_WIN32)
/// A HANDLE.
using native_handle_type = void*;
/// The value that no open file has.
inline constexpr native_handle_type no_native_handle = nullptr;
#else
/// A descriptor.
using native_handle_type = int;
/// The value that no open file has.
inline constexpr native_handle_type no_native_handle = -1;
#endif

/// Owns a descriptor (on Windows a HANDLE) and closes it at the end of its life. Move-only, unbuffered; as large as the
/// descriptor itself.
///
/// Each operation has a form that throws fs::filesystem_error, without a path because a descriptor has none, and a
/// `noexcept` form with a trailing std::error_code&, which is cleared on success. A call that a signal interrupts is
/// continued. On a closed handle every operation but close() fails with std::errc::bad_file_descriptor.
///
/// What is read and written is any contiguous range of bytes or characters: std::vector<char>, std::span<std::byte>,
/// std::string, an array. Of a string literal the NUL at its end is not written; of an array that can be changed,
/// `char buffer[64]`, every element is.
///
/// One handle may be used by several threads as far as the system allows: read_at() and write_at() don't touch the
/// shared position, read(), write() and seek() do.
class TEMPFILE_EXPORT file_handle {
 public:
  using native_handle_type = tempfile::native_handle_type;  ///< what the system calls an open file by

  /// Owns nothing.
  file_handle() noexcept = default;
  /// Takes over `handle`, which must be open, or no_native_handle.
  explicit file_handle(native_handle_type handle) noexcept : handle_{handle} {}
  file_handle(file_handle&& other) noexcept : handle_{other.release()} {}
  /// Closes what it owned before. A self-move changes nothing.
  file_handle& operator=(file_handle&& other) noexcept {
    file_handle taken{std::move(other)};
    swap(*this, taken);
    return *this;
  }
  file_handle(const file_handle&) = delete;
  file_handle& operator=(const file_handle&) = delete;
  /// Closes; an error is lost here, so call close() where it matters.
  ~file_handle() {
    if (is_open()) close_quietly();
  }

  /// Whether there is a descriptor.
  [[nodiscard]] bool is_open() const noexcept { return handle_ != no_native_handle; }
  /// As is_open().
  explicit operator bool() const noexcept { return is_open(); }

  /// The descriptor, still owned by this object.
  [[nodiscard]] native_handle_type native_handle() const noexcept { return handle_; }
  /// The descriptor, from now on owned by the caller.
  [[nodiscard]] native_handle_type release() noexcept {
    const native_handle_type handle = handle_;
    handle_ = no_native_handle;
    return handle;
  }

  /// Closes. The handle is closed afterwards even if the system reports an error (a delayed write that failed, say):
  /// what the system does with a descriptor after a failed close(2) is not portable. Closing twice is no error.
  void close();
  void close(std::error_code& error) noexcept;

  /// Reads from the position on until `buffer` is full or the file ends.
  /// \returns the number of bytes read; less than asked for only at the end of the file, or after an error.
  std::size_t read(std::span<std::byte> buffer);
  std::size_t read(std::span<std::byte> buffer, std::error_code& error) noexcept;
  template <internal::byte_target Buffer>
  std::size_t read(Buffer&& buffer) {
    return read(internal::writable_bytes_of(buffer));
  }
  template <internal::byte_target Buffer>
  std::size_t read(Buffer&& buffer, std::error_code& error) noexcept {
    return read(internal::writable_bytes_of(buffer), error);
  }

  /// Writes all of `bytes` at the position.
  /// \returns the number of bytes written; less than asked for only after an error (a full disk, say).
  std::size_t write(std::span<const std::byte> bytes);
  std::size_t write(std::span<const std::byte> bytes, std::error_code& error) noexcept;
  template <internal::byte_source Bytes>
  std::size_t write(Bytes&& bytes) {
    return write(internal::bytes_of(bytes));
  }
  template <internal::byte_source Bytes>
  std::size_t write(Bytes&& bytes, std::error_code& error) noexcept {
    return write(internal::bytes_of(bytes), error);
  }

  /// As read(), from byte `offset` on, without using or moving the position (`pread`).
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer, std::error_code& error) const noexcept;
  template <internal::byte_target Buffer>
  std::size_t read_at(std::uint64_t offset, Buffer&& buffer) const {
    return read_at(offset, internal::writable_bytes_of(buffer));
  }
  template <internal::byte_target Buffer>
  std::size_t read_at(std::uint64_t offset, Buffer&& buffer, std::error_code& error) const noexcept {
    return read_at(offset, internal::writable_bytes_of(buffer), error);
  }

  /// As write(), from byte `offset` on, without using or moving the position (`pwrite`). A gap reads as zeros.
  std::size_t write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  std::size_t write_at(std::uint64_t offset, std::span<const std::byte> bytes, std::error_code& error) noexcept;
  template <internal::byte_source Bytes>
  std::size_t write_at(std::uint64_t offset, Bytes&& bytes) {
    return write_at(offset, internal::bytes_of(bytes));
  }
  template <internal::byte_source Bytes>
  std::size_t write_at(std::uint64_t offset, Bytes&& bytes, std::error_code& error) noexcept {
    return write_at(offset, internal::bytes_of(bytes), error);
  }

  /// Moves the position to `offset` bytes from the beginning, the position or the end. Past the end is allowed.
  /// \returns the new position, from the beginning.
  std::uint64_t seek(std::int64_t offset, std::ios_base::seekdir from = std::ios_base::beg);
  std::uint64_t seek(std::int64_t offset, std::ios_base::seekdir from, std::error_code& error) noexcept;

  /// The size in bytes.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::uint64_t size(std::error_code& error) const noexcept;

  /// Cuts the file off at `size` bytes, or extends it by zeros. The position stays.
  void resize(std::uint64_t size);
  void resize(std::uint64_t size, std::error_code& error) noexcept;

  /// Returns when the data and what is needed to find them again are on stable storage (`fsync`).
  void sync();
  void sync(std::error_code& error) noexcept;

  /// Whether each write goes to the end of the file, wherever that is by then (`O_APPEND`): for several processes that
  /// write one log. Holds for all descriptors of the same open file.
  void set_append(bool appends);
  void set_append(bool appends, std::error_code& error) noexcept;

  /// Another descriptor of the same open file: both share one position. Closed on exec.
  [[nodiscard]] file_handle duplicate() const;
  [[nodiscard]] file_handle duplicate(std::error_code& error) const noexcept;

  /// Hands the descriptor over to a C stream for reading and writing (`fdopen`, "r+b"), which std::fclose() closes;
  /// this handle is closed afterwards. To go on using this one as well: `std::FILE* stream =
  /// file.duplicate().into_FILE();`. On failure, which only a lack of memory causes, this handle still owns it.
  [[nodiscard]] std::FILE* into_FILE() &&;
  [[nodiscard]] std::FILE* into_FILE(std::error_code& error) && noexcept;

  /// Exchanges what they own.
  friend void swap(file_handle& left, file_handle& right) noexcept {
    const native_handle_type handle = left.handle_;
    left.handle_ = right.handle_;
    right.handle_ = handle;
  }

 private:
  void close_quietly() noexcept;
  bool check_open(std::error_code& error) const noexcept;

  native_handle_type handle_{no_native_handle};
};

}  // namespace tempfile::inline v0_1
