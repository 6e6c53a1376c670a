/// \file
/// A std::iostream over a file_handle: what the temporary files are, and what turns a handle from mkstemp() into a
/// stream.
#pragma once

#include <tempfile/export.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/filebuf.hpp>

#include <concepts>
#include <cstdint>
#include <istream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tempfile {

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

}  // namespace internal

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

  /// As std::ostream's, but faster while the bytes fit into the buffer.
  file_stream& put(char byte) {
    if (!is_plain() || !buffer_.append(byte)) std::iostream::put(byte);
    return *this;
  }
  /// As std::ostream's, but faster while the bytes fit into the buffer.
  file_stream& write(const char* bytes, std::streamsize count) {
    if (!is_plain() || !buffer_.append(bytes, count)) std::iostream::write(bytes, count);
    return *this;
  }

  /// Characters, text and integers are written as by std::ostream, but faster while they fit into the buffer and need
  /// no formatting: no width, base or locale has been set. So are integers read.
  friend file_stream& operator<<(file_stream& stream, const std::same_as<char> auto& byte) {
    if (!stream.is_unformatted() || !stream.append_byte(byte)) static_cast<std::ostream&>(stream) << byte;
    return stream;
  }
  template <internal::text Text>
  friend file_stream& operator<<(file_stream& stream, const Text& text) {
    if (!stream.is_unformatted() || !stream.append_text(text)) static_cast<std::ostream&>(stream) << text;
    return stream;
  }
  template <internal::whole_number Number>
  friend file_stream& operator<<(file_stream& stream, const Number& number) {
    if (!stream.append_number(internal::widest<Number>{number})) static_cast<std::ostream&>(stream) << number;
    return stream;
  }
  template <internal::whole_number Number>
  friend file_stream& operator>>(file_stream& stream, Number& number) {
    internal::widest<Number> taken{};
    if (stream.take_number(taken, std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max())) {
      number = static_cast<Number>(taken);
    } else {
      static_cast<std::istream&>(stream) >> number;
    }
    return stream;
  }

  /// Moves the position for reading and writing, and forgets eofbit and failbit first, so that a file read to its end
  /// can be read again. badbit stays: a write that failed is not forgotten. Sets failbit if the position can't be had.
  file_stream& seek(std::streamoff offset, std::ios_base::seekdir from = std::ios_base::beg);

  /// Flushes, then cuts the file off at `size` bytes or extends it by zeros. The position stays.
  /// \throws fs::filesystem_error if that can't be done.
  void truncate(std::uint64_t size);
  void truncate(std::uint64_t size, std::error_code& error) noexcept;

  /// Flushes, and opens the same file again, for reading and writing and with a position of its own, whatever its name
  /// stands for by now.
  /// \throws fs::filesystem_error; std::errc::operation_not_supported where the system can't do that (Linux can, where
  /// /proc is mounted).
  [[nodiscard]] file_handle reopen();
  [[nodiscard]] file_handle reopen(std::error_code& error);

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

  // Whether an operation that finds what it needs in the buffer has nothing else to do.
  [[nodiscard]] bool is_plain() const {
    return rdstate() == goodbit && std::ios::rdbuf() == &buffer_ && (flags() & unitbuf) == 0 && tie() == nullptr;
  }
  [[nodiscard]] bool is_unformatted() const { return width() == 0 && is_plain(); }
  // These return false, with nothing done, if the buffer or the format doesn't allow it.
  bool append_byte(char byte) { return buffer_.append(byte); }
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

}  // namespace tempfile
