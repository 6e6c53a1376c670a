#include <tempfile/file_stream.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "base/failure.hpp"
#include "stream/memory_storage.hpp"
#include "stream/reopen.hpp"

namespace tempfile::inline v0_1 {

// The base is made before the buffer, and so without one: then it has badbit. set_rdbuf() leaves that as it is.
file_stream_base::file_stream_base() : std::iostream{nullptr} { use_buffer(); }

file_stream_base::file_stream_base(file_handle handle) : std::iostream{nullptr}, buffer_{std::move(handle)} {
  use_buffer();
  if (is_open()) clear();
}

file_stream_base::file_stream_base(file_stream_base&& other)
    : std::iostream{std::move(other)}, buffer_{std::move(other.buffer_)} {
  use_buffer();
}

void file_stream_base::use_buffer() {
  set_rdbuf(&buffer_);
  buffer_.stream_ = this;
}

file_stream_base& file_stream_base::operator=(file_stream_base&& other) {
  if (this == &other) return *this;
  buffer_ = std::move(other.buffer_);
  std::iostream::operator=(std::move(other));
  return *this;
}

file_stream_base::~file_stream_base() = default;

file_stream& file_stream::operator=(file_stream&& other) {
  file_stream_base::operator=(std::move(other));
  return *this;
}

file_stream::~file_stream() = default;

void file_stream_base::swap(file_stream_base& other) {
  if (this == &other) return;
  std::iostream::swap(other);
  buffer_.swap(other.buffer_);
}

void file_stream_base::attach(file_handle handle) {
  buffer_.open(std::move(handle));
  clear();
}

void file_stream_base::attach(std::unique_ptr<internal::memory_storage> memory) {
  buffer_.open(std::move(memory));
  clear();
}

void file_stream_base::begin_writing_in_state(std::streamsize count) {
  if (rdstate() == eofbit) {
    clear();
  } else if (count > 0) {
    buffer_.lose_bytes(std::make_error_code(std::io_errc::stream));
  }
}

void file_stream_base::accept_loss() {
  buffer_.accept_loss();
  if (is_open()) clear();
}

// --- numbers ---------------------------------------------------------------------------------------------------------

namespace {

// What a stream knows of its own locale, in a word that the standard library copies and moves with the locale:
// copyfmt() brings another stream's word and callbacks, so they fit whichever locale came with them.
enum locale_state : long { unknown, unknown_with_callback, classic };

int locale_word() {
  static const int index = std::ios_base::xalloc();
  return index;
}

// The erasing comes before copyfmt() takes the callbacks away: LLVM's library leaves a word as it was if the other
// stream has none of that number.
void forget_locale(std::ios_base::event what, std::ios_base& stream, int word) {
  if (what == std::ios_base::imbue_event) stream.iword(word) = unknown_with_callback;
  if (what == std::ios_base::erase_event) stream.iword(word) = unknown;
}

}  // namespace

// Whether numbers look as in C. Comparing locales each time would take as long as writing the number.
bool file_stream_base::has_plain_locale() {
  const int word = locale_word();
  const long known = iword(word);
  if (known == classic) return true;
  if (getloc() != std::locale::classic()) return false;
  if (known == unknown) register_callback(forget_locale, word);
  iword(word) = classic;
  return true;
}

bool file_stream_base::append_number(long long number) { return append_digits(number); }
bool file_stream_base::append_number(unsigned long long number) { return append_digits(number); }

template <class Number>
bool file_stream_base::append_digits(Number number) {
  if (!is_unformatted() || (flags() & (basefield | showpos)) != dec || !has_plain_locale()) return false;
  std::array<char, std::numeric_limits<Number>::digits10 + 2> text{};  // one digit more than digits10, and a sign
  const std::to_chars_result result = std::to_chars(text.data(), text.data() + text.size(), number);
  return buffer_.append(text.data(), result.ptr - text.data());
}

bool file_stream_base::take_number(long long& number, long long least, long long most) {
  return take_digits(number, least, most);
}
bool file_stream_base::take_number(unsigned long long& number, unsigned long long least, unsigned long long most) {
  return take_digits(number, least, most);
}

// Takes only what std::istream and from_chars() agree on, and only if something follows it in the buffer: at its end
// there may be more digits to come.
template <class Number>
bool file_stream_base::take_digits(Number& number, Number least, Number most) {
  constexpr fmtflags deciding = basefield | skipws;
  if (!is_plain() || (flags() & deciding) != (dec | skipws) || !has_plain_locale()) return false;
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

void file_stream_base::throw_if(const std::error_code& error, const char* what) const {
  if (error) internal::throw_failure(what, {error, where(), {}});
}

// --- positions, and the end ------------------------------------------------------------------------------------------

file_stream_base& file_stream_base::seek(std::streamoff offset, std::ios_base::seekdir from) {
  clear(rdstate() & badbit);
  if (buffer_.pubseekoff(offset, from) == pos_type{off_type{-1}}) setstate(failbit);
  return *this;
}

std::uint64_t file_stream_base::size(std::error_code& error) noexcept { return buffer_.size(error); }

std::uint64_t file_stream_base::size() {
  std::error_code error;
  const std::uint64_t bytes = size(error);
  throw_if(error, "cannot get file size");
  return bytes;
}

void file_stream_base::set_append(bool appends, std::error_code& error) noexcept { buffer_.set_append(appends, error); }

void file_stream_base::set_append(bool appends) {
  std::error_code error;
  set_append(appends, error);
  throw_if(error, "cannot set append mode");
}

void file_stream_base::sync(std::error_code& error) noexcept { buffer_.sync_to_disk(error); }

void file_stream_base::sync() {
  std::error_code error;
  sync(error);
  throw_if(error, "cannot sync file");
}

void file_stream_base::truncate(std::uint64_t size, std::error_code& error) noexcept { buffer_.truncate(size, error); }

void file_stream_base::truncate(std::uint64_t size) {
  std::error_code error;
  truncate(size, error);
  throw_if(error, "cannot truncate file");
}

file_handle file_stream_base::reopen(std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return internal::reopen(buffer_, {}, failed); });
}

file_handle file_stream_base::reopen() {
  std::error_code error;
  file_handle again = reopen(error);
  throw_if(error, "cannot reopen file");
  return again;
}

void file_stream_base::close(std::error_code& error) noexcept { buffer_.close(error); }

void file_stream_base::close() {
  std::error_code error;
  close(error);
  throw_if(error, "cannot write and close file");
}

file_stream_base::native_handle_type file_stream_base::release(std::error_code& error) noexcept {
  return buffer_.release(error).release();
}

file_stream_base::native_handle_type file_stream_base::release() {
  std::error_code error;
  const native_handle_type handle = release(error);
  throw_if(error, "cannot write file");
  return handle;
}

}  // namespace tempfile::inline v0_1
