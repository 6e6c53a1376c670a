#include <tempfile/file_stream.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "failure.hpp"
#include "reopening.hpp"
#include "spool.hpp"

namespace tempfile {

// The base is made before the buffer, so it gets the buffer afterwards, which also clears its state.
file_stream::file_stream() : std::iostream{nullptr} {
  use_buffer();
  setstate(badbit);
}

file_stream::file_stream(file_handle handle) : std::iostream{nullptr}, buffer_{std::move(handle)} {
  use_buffer();
  if (!is_open()) setstate(badbit);
}

file_stream::file_stream(file_stream&& other) : std::iostream{std::move(other)}, buffer_{std::move(other.buffer_)} {
  set_rdbuf(&buffer_);
  buffer_.stream_ = this;
}

void file_stream::use_buffer() {
  std::ios::rdbuf(&buffer_);
  buffer_.stream_ = this;
}

file_stream& file_stream::operator=(file_stream&& other) {
  if (this == &other) return *this;
  buffer_ = std::move(other.buffer_);
  std::iostream::operator=(std::move(other));
  return *this;
}

file_stream::~file_stream() = default;

void file_stream::swap(file_stream& other) {
  if (this == &other) return;
  std::iostream::swap(other);
  buffer_.swap(other.buffer_);
}

void file_stream::attach(file_handle handle) {
  buffer_.open(std::move(handle));
  clear();
}

void file_stream::attach(std::unique_ptr<internal::spool> memory) {
  buffer_.open(std::move(memory));
  clear();
}

// --- numbers ---------------------------------------------------------------------------------------------------------

bool file_stream::append_number(long long number) { return append_digits(number); }
bool file_stream::append_number(unsigned long long number) { return append_digits(number); }

template <class Number>
bool file_stream::append_digits(Number number) {
  if (!is_unformatted() || (flags() & (basefield | showpos)) != dec || !buffer_.has_plain_locale(*this)) return false;
  std::array<char, std::numeric_limits<Number>::digits10 + 2> text{};  // one digit more than digits10, and a sign
  const std::to_chars_result result = std::to_chars(text.data(), text.data() + text.size(), number);
  return buffer_.append(text.data(), result.ptr - text.data());
}

bool file_stream::take_number(long long& number, long long least, long long most) {
  return take_digits(number, least, most);
}
bool file_stream::take_number(unsigned long long& number, unsigned long long least, unsigned long long most) {
  return take_digits(number, least, most);
}

// Takes only what std::istream and from_chars() agree on, and only if something follows it in the buffer: at its end
// there may be more digits to come.
template <class Number>
bool file_stream::take_digits(Number& number, Number least, Number most) {
  constexpr fmtflags deciding = basefield | skipws;
  if (!is_plain() || (flags() & deciding) != (dec | skipws) || !buffer_.has_plain_locale(*this)) return false;
  const std::string_view text = buffer_.unread_text();
  const std::size_t first = text.find_first_not_of(" \t\n\v\f\r");
  if (first == text.npos) return false;
  Number parsed{};
  const char* const last = text.data() + text.size();
  const std::from_chars_result result = std::from_chars(text.data() + first, last, parsed);
  if (result.ec != std::errc{} || result.ptr == last || parsed < least || parsed > most) return false;
  number = parsed;
  buffer_.skip(static_cast<std::size_t>(result.ptr - text.data()));
  return true;
}

// --- positions, and the end ------------------------------------------------------------------------------------------

file_stream& file_stream::seek(std::streamoff offset, std::ios_base::seekdir from) {
  clear(rdstate() & badbit);
  if (buffer_.pubseekoff(offset, from) == pos_type{off_type{-1}}) setstate(failbit);
  return *this;
}

void file_stream::truncate(std::uint64_t size, std::error_code& error) noexcept { buffer_.truncate(size, error); }

void file_stream::truncate(std::uint64_t size) {
  internal::failure failed;
  truncate(size, failed.code);
  internal::raise_if(failed, "cannot truncate a file");
}

file_handle file_stream::reopen(std::error_code& error) {
  internal::failure failed;
  file_handle again = internal::reopen(*rdbuf(), {}, failed);
  error = failed.code;
  return again;
}

file_handle file_stream::reopen() {
  internal::failure failed;
  file_handle again = internal::reopen(*rdbuf(), {}, failed);
  internal::raise_if(failed, "cannot open a file again");
  return again;
}

void file_stream::close(std::error_code& error) noexcept { buffer_.close(error); }

void file_stream::close() {
  internal::failure failed;
  close(failed.code);
  internal::raise_if(failed, "cannot write and close a file");
}

file_stream::native_handle_type file_stream::release(std::error_code& error) noexcept {
  return buffer_.release(error).release();
}

file_stream::native_handle_type file_stream::release() {
  internal::failure failed;
  const native_handle_type handle = release(failed.code);
  internal::raise_if(failed, "cannot write a file");
  return handle;
}

}  // namespace tempfile
