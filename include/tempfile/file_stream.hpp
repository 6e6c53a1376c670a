/// \file
/// A std::iostream over a file_handle: what the temporary files are, and what turns a handle from mkstemp() into a
/// stream.
#pragma once

#include <tempfile/bytes.hpp>
#include <tempfile/export.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/filebuf.hpp>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

namespace internal {

template <class T, class... Others>
concept one_of = (std::same_as<T, Others> || ...);

// Exactly these types, so that whatever only converts to one of them keeps the operator that it has.
template <class T>
concept whole_number = one_of<T, int, unsigned, long, unsigned long, long long, unsigned long long>;
template <whole_number T>
using widest = std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;
using c_string = const char*;
using changeable_c_string = char*;
template <class T>
concept text = one_of<std::decay_t<T>, c_string, changeable_c_string, std::string, std::string_view>;

// Whether writing it always writes something. (A manipulator writes nothing, and of a class nobody knows.)
template <class T>
concept written = std::is_arithmetic_v<T> || text<T>;
template <class T>
concept insertable = !std::is_function_v<T> && requires(std::ostream & out, const T& value) {
  out << value;
};

}  // namespace internal

/// What all streams of this library have in common: a std::iostream for reading and writing a file.
///
/// Used as a std::fstream opened with `in | out | binary`, except that
/// - reading may follow writing, and writing reading, without a seek in between: there is one position. That a read has
///   come to the end of the file (eofbit) doesn't keep the next `<<`, write() or put() from writing there. Through a
///   `std::ostream&` it does, as the standard has it: call clear() first;
/// - bytes that were refused are remembered for good, whatever is written later: write_error() is the reason, badbit
/// shows
///   it, and the file is neither closed nor released nor persisted as if it were whole, unless accept_loss() says so;
/// - what failed is in last_error(), where a std::fstream only has a state bit.
///
/// Whoever has only a reference to this class can read and write, but neither close nor swap behind the owner's back.
/// Not to be used by two threads at once.
class TEMPFILE_EXPORT file_stream_base : public std::iostream {
 public:
  using native_handle_type = tempfile::native_handle_type;  ///< what the system calls an open file by

  ~file_stream_base() override;

  /// Whether there is a file, on disk or in memory.
  [[nodiscard]] bool is_open() const noexcept { return buffer_.is_open(); }

  /// As std::ostream's, but faster while the bytes fit into the buffer.
  file_stream_base& put(char byte) {
    if (is_plain() && buffer_.append(byte)) return *this;
    begin_writing(1);
    std::iostream::put(byte);
    return *this;
  }
  /// As std::ostream's, but faster while the bytes fit into the buffer.
  file_stream_base& write(const char* bytes, std::streamsize count) {
    if (is_plain() && buffer_.append(bytes, count)) return *this;
    begin_writing(count);
    std::iostream::write(bytes, count);
    return *this;
  }
  /// All of a contiguous range of bytes or characters, as file_handle::write().
  template <internal::byte_source Bytes>
  file_stream_base& write(Bytes&& bytes) {
    const std::span<const std::byte> all = internal::bytes_of(bytes);
    return write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size()));
  }
  /// As std::istream's; gcount() is how much there was.
  file_stream_base& read(char* buffer, std::streamsize count) {
    std::iostream::read(buffer, count);
    return *this;
  }
  /// Fills a contiguous range of bytes or characters.
  template <internal::byte_target Buffer>
  file_stream_base& read(Buffer&& buffer) {
    const std::span<std::byte> all = internal::writable_bytes_of(buffer);
    return read(reinterpret_cast<char*>(all.data()), static_cast<std::streamsize>(all.size()));
  }

  /// Whatever a std::ostream can write. Characters, text and integers are written faster while they fit into the buffer
  /// and need no formatting: no width, base or locale has been set.
  template <std::derived_from<file_stream_base> Stream, internal::insertable T>
  friend Stream& operator<<(Stream& stream, const T& value) {
    file_stream_base& out = stream;
    if (!out.append_value(value)) {
      out.begin_writing(internal::written<T> ? 1 : 0);
      static_cast<std::ostream&>(out) << value;
    }
    return stream;
  }
  /// A manipulator such as std::endl.
  template <std::derived_from<file_stream_base> Stream>
  friend Stream& operator<<(Stream& stream, std::ostream& (*manipulator)(std::ostream&)) {
    static_cast<file_stream_base&>(stream).begin_writing(0);
    manipulator(stream);
    return stream;
  }
  /// As std::istream's, but faster for integers whose digits are in the buffer and need no formatting.
  template <std::derived_from<file_stream_base> Stream, internal::whole_number Number>
  friend Stream& operator>>(Stream& stream, Number& number) {
    file_stream_base& in = stream;
    internal::widest<Number> taken{};
    if (in.take_number(taken, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max())) {
      number = static_cast<Number>(taken);
    } else {
      static_cast<std::istream&>(in) >> number;
    }
    return stream;
  }

  /// Moves the position for reading and writing, and forgets eofbit and failbit first, so that a file read to its end
  /// can be read again. badbit stays. Sets failbit if the position is impossible.
  file_stream_base& seek(std::streamoff offset, std::ios_base::seekdir from = std::ios_base::beg);

  /// Flushes, and returns the size in bytes. The position stays.
  /// \throws fs::filesystem_error, as everything below.
  [[nodiscard]] std::uint64_t size();
  [[nodiscard]] std::uint64_t size(std::error_code& error) noexcept;

  /// Flushes, then cuts the file off at `size` bytes or extends it by zeros. The position stays.
  void truncate(std::uint64_t size);
  void truncate(std::uint64_t size, std::error_code& error) noexcept;

  /// Flushes, and returns when the data and what is needed to find them again are on stable storage (`fsync`). In
  /// memory there is nothing to do.
  void sync();
  void sync(std::error_code& error) noexcept;

  /// Flushes; from now on whatever is flushed goes to the end of the file, as file_handle::set_append(). In memory
  /// there is nobody else: std::errc::operation_not_supported.
  void set_append(bool appends);
  void set_append(bool appends, std::error_code& error) noexcept;

  /// Why the last read, write or seek that went to the system failed; clear if it didn't.
  [[nodiscard]] const std::error_code& last_error() const noexcept { return buffer_.last_error(); }

  /// Why bytes were refused and not kept; clear as long as everything that was written is in the file or buffered. It
  /// goes with the file when the stream is moved, and stays when it is closed.
  [[nodiscard]] const std::error_code& write_error() const noexcept { return buffer_.write_error(); }
  /// "I know, go on": forgets write_error() and the state bits, and drops what is still buffered if it can't be written
  /// now. What is there then can be closed, released and persisted like any other file.
  void accept_loss();

 protected:
  /// A closed stream with badbit set.
  file_stream_base();
  /// Takes over `handle`; reads and writes begin at its position. Sets badbit if it is closed.
  explicit file_stream_base(file_handle handle);
  /// Takes everything over, buffered bytes included.
  file_stream_base(file_stream_base&& other);
  /// Flushes and closes what it held before, then takes over.
  file_stream_base& operator=(file_stream_base&& other);
  /// Exchanges everything, buffered bytes included.
  void swap(file_stream_base& other);

  /// The buffer that the stream reads and writes through.
  [[nodiscard]] filebuf& buffer() noexcept { return buffer_; }
  [[nodiscard]] const filebuf& buffer() const noexcept { return buffer_; }

  /// From now on the stream of `handle`, in a good state.
  void attach(file_handle handle);
  void attach(std::unique_ptr<internal::memory_storage> memory);
  /// What is in memory goes to a file; nothing happens if it has.
  void leave_memory(std::error_code& error) noexcept { buffer_.leave_memory(error); }
  /// All bytes; the stream is closed afterwards. On failure it is still open, and nothing is handed out.
  std::string take_bytes(std::error_code& error) { return buffer_.take_bytes(error); }

  /// What an error of this stream is about: the path of a file with a name, the directory of one without.
  [[nodiscard]] virtual fs::path where() const { return {}; }

  /// The descriptor, still owned by the stream. Its own position is the stream's only after seek(0, std::ios::cur) and
  /// flush(), or sync().
  [[nodiscard]] native_handle_type native_handle() const noexcept { return buffer_.native_handle(); }

  /// Flushes, and opens the same file again, for reading and writing and with a position of its own, whatever its name
  /// refers to by now.
  /// \throws fs::filesystem_error; std::errc::operation_not_supported where the system can't do that (Linux can, where
  /// /proc is mounted).
  [[nodiscard]] file_handle reopen();
  [[nodiscard]] file_handle reopen(std::error_code& error);

  /// Flushes and closes. Closing a closed stream is no error.
  /// \throws fs::filesystem_error if bytes have been lost or what is buffered can't be written. Then the stream is
  /// still open, and close() can be called again, after accept_loss() if need be.
  void close();
  void close(std::error_code& error) noexcept;

  /// Flushes, and leaves the descriptor to the caller. The stream is closed afterwards.
  /// \throws fs::filesystem_error if bytes have been lost, what is buffered can't be written, or what was read ahead
  /// can't be given back (std::errc::invalid_seek: a pipe); then the stream still owns the descriptor.
  [[nodiscard]] native_handle_type release();
  [[nodiscard]] native_handle_type release(std::error_code& error) noexcept;

 private:
  void use_buffer();
  void throw_if(const std::error_code& error, const char* what) const;
  // Before something is written by std::ostream's means, which write nothing while any state bit is set: forgets a lone
  // eofbit, and remembers that `count` bytes are refused in any other state.
  void begin_writing(std::streamsize count) {
    if (rdstate() != goodbit) begin_writing_in_state(count);
  }
  void begin_writing_in_state(std::streamsize count);

  // Whether an operation that finds what it needs in the buffer has nothing else to do.
  [[nodiscard]] bool is_plain() const {
    return rdstate() == goodbit && std::ios::rdbuf() == &buffer_ && (flags() & unitbuf) == 0 && tie() == nullptr;
  }
  [[nodiscard]] bool is_unformatted() const { return width() == 0 && is_plain(); }
  [[nodiscard]] bool has_plain_locale();

  // These return false, with nothing done, if the buffer or the format doesn't allow it.
  template <class T>
  bool append_value(const T& value) {
    if constexpr (std::same_as<T, char>) {
      return is_unformatted() && buffer_.append(value);
    } else if constexpr (internal::text<T>) {
      return is_unformatted() && append_text(value);
    } else if constexpr (internal::whole_number<T>) {
      return append_number(internal::widest<T>{value});
    } else {
      return false;
    }
  }
  bool append_text(const char* text) {
    if (text == nullptr) return false;
    return append_text(std::string_view{text});
  }
  bool append_text(std::string_view text) {
    return buffer_.append(text.data(), static_cast<std::streamsize>(text.size()));
  }
  bool append_number(long long number);
  bool append_number(unsigned long long number);
  bool take_number(long long& number, long long least, long long most);
  bool take_number(unsigned long long& number, unsigned long long least, unsigned long long most);
  template <class Number>
  bool append_digits(Number number);
  template <class Number>
  bool take_digits(Number& number, Number least, Number most);

  filebuf buffer_;
};

/// A file_stream_base that owns nothing but a file_handle.
///
///     auto [file, path] = tempfile::mkstemp();
///     tempfile::file_stream stream{std::move(file)};
///     stream << "hello\n";
class TEMPFILE_EXPORT file_stream : public file_stream_base {
 public:
  /// A closed stream with badbit set.
  file_stream() = default;
  /// Takes over `handle`; reads and writes begin at its position. Sets badbit if it is closed.
  explicit file_stream(file_handle handle) : file_stream_base{std::move(handle)} {}
  /// Takes everything over, buffered bytes, state and formatting included. `other` is closed afterwards.
  file_stream(file_stream&& other) : file_stream_base{std::move(other)} {}
  /// Flushes and closes what it held before, then takes over. A self-move changes nothing.
  file_stream& operator=(file_stream&& other);
  /// Flushes and closes. An error is lost here, so call close() where it matters; the temporary files report theirs to
  /// the hook set by set_cleanup_error_hook().
  ~file_stream() override;

  /// Exchanges everything, buffered bytes included.
  void swap(file_stream& other) { file_stream_base::swap(other); }
  friend void swap(file_stream& left, file_stream& right) { left.swap(right); }

  /// As std::fstream's, whatever buffer the stream reads and writes through by now.
  [[nodiscard]] filebuf* rdbuf() const noexcept { return const_cast<filebuf*>(&buffer()); }

  // Nobody but the stream owns the file, so everybody may do these.
  using file_stream_base::close;
  using file_stream_base::native_handle;
  using file_stream_base::release;
  using file_stream_base::reopen;
};

}  // namespace tempfile::inline v0_1
