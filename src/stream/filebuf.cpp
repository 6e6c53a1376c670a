#include <tempfile/filebuf.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <utility>

#include "platform/file.hpp"
#include "stream/memory_storage.hpp"

// The buffer is in one of three states. Idle: no area is set. Reading: the get area holds what was read from the file;
// its end is where the descriptor stands. Writing: the put area holds what is still to be written; its begin is where
// the descriptor stands. Only where a handle can't seek, and so has no position, are both areas set at once, each in
// memory of its own.

namespace tempfile::inline v0_1 {
namespace {

// Larger buffers don't make it faster: from here on the call's fixed cost no longer shows beside the copying.
constexpr std::size_t buffer_size = std::size_t{16} * 1024;
// In memory there is no call to save, only a second copy: by then copying twice takes longer than the call of a
// function.
constexpr std::size_t large_in_memory = 512;

// As std::memcpy(), whose call alone takes as long as copying up to sixteen bytes does.
void copy_few(char* destination, const char* source, std::size_t count) noexcept {
  constexpr std::size_t word = 8;
  if (count == 1) {
    *destination = *source;
  } else if (count >= word && count <= 2 * word) {  // two words that overlap
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, source, word);
    std::memcpy(&last, source + count - word, word);
    std::memcpy(destination, &first, word);
    std::memcpy(destination + count - word, &last, word);
  } else {
    std::memcpy(destination, source, count);
  }
}

}  // namespace

filebuf::filebuf() = default;

filebuf::filebuf(file_handle handle) : handle_{std::move(handle)} {}

filebuf::filebuf(filebuf&& other)
    : std::streambuf{other},
      handle_{std::move(other.handle_)},
      memory_{std::move(other.memory_)},
      buffer_{std::move(other.buffer_)},
      put_buffer_{std::move(other.put_buffer_)},
      last_error_{std::exchange(other.last_error_, {})},
      write_error_{std::exchange(other.write_error_, {})} {
  other.become_idle();
}

filebuf& filebuf::operator=(filebuf&& other) {
  if (this == &other) return *this;
  filebuf taken{std::move(other)};
  swap(taken);
  return *this;
}

filebuf::~filebuf() {
  if (!is_open()) return;
  std::error_code ignored;
  abandon(ignored);
}

void filebuf::swap(filebuf& other) {
  std::streambuf::swap(other);
  std::swap(handle_, other.handle_);
  std::swap(memory_, other.memory_);
  std::swap(buffer_, other.buffer_);
  std::swap(put_buffer_, other.put_buffer_);
  std::swap(last_error_, other.last_error_);
  std::swap(write_error_, other.write_error_);
}

void filebuf::close(std::error_code& error) noexcept {
  error.clear();
  if (!is_open()) return;
  if (write_error_) {
    error = write_error_;
  } else if (!flush()) {
    error = last_error_;
  } else {
    abandon(error);
  }
}

void filebuf::abandon(std::error_code& error) noexcept {
  error.clear();
  if (!is_open()) return;
  if (!flush() && !write_error_) write_error_ = last_error_;
  become_idle();
  memory_.reset();
  handle_.close(error);
  if (!write_error_) write_error_ = error;  // a delayed write that failed, on NFS say
  error = write_error_;
}

void filebuf::discard() noexcept {
  become_idle();
  write_error_.clear();
  memory_.reset();
  handle_ = {};
}

file_handle filebuf::release(std::error_code& error) noexcept {
  error = write_error_;
  if (!error) leave_memory(error);
  if (!error && sync() != 0) error = last_error_;
  if (!error && unread() > 0) error = std::make_error_code(std::errc::invalid_seek);
  if (error) return {};
  become_idle();
  return std::move(handle_);
}

void filebuf::accept_loss() noexcept {
  write_error_.clear();
  if (!flush()) set_put_area();
}

// --- reading ---------------------------------------------------------------------------------------------------------

// Called when the get area is used up; afterwards it holds the next bytes, and the descriptor is at its end.
filebuf::int_type filebuf::underflow() {
  if (unread() > 0) return traits_type::to_int_type(*gptr());
  if (!start_reading()) return traits_type::eof();
  const std::size_t count = get(buffer_.get(), buffer_size);
  setg(buffer_.get(), buffer_.get(), buffer_.get() + count);
  return count > 0 ? traits_type::to_int_type(*gptr()) : traits_type::eof();
}

std::streamsize filebuf::xsgetn(char* destination, std::streamsize count) {
  if (count > 0 && count <= egptr() - gptr()) {  // the usual case
    copy_few(destination, gptr(), static_cast<std::size_t>(count));
    gbump(static_cast<int>(count));
    return count;
  }
  const auto total = static_cast<std::size_t>(std::max<std::streamsize>(count, 0));
  std::size_t done = 0;
  while (done < total) {
    const std::size_t left = total - done;
    if (const std::size_t ready = std::min(unread(), left); ready > 0) {
      std::memcpy(destination + done, gptr(), ready);
      gbump(static_cast<int>(ready));
      done += ready;
    } else if (is_large(left)) {
      if (!start_reading()) break;
      become_idle();  // what was buffered is used up, and this read goes past it
      const std::size_t got = get(destination + done, left);
      if (got == 0) break;
      done += got;
    } else if (traits_type::eq_int_type(underflow(), traits_type::eof())) {
      break;
    }
  }
  return static_cast<std::streamsize>(done);
}

filebuf::int_type filebuf::pbackfail(int_type character) {
  if (gptr() == eback()) {
    // Nothing in front of the get area: begin it one byte earlier.
    const off_type here = position(last_error_);
    if (here < 1 || seekoff(here - 1, std::ios_base::beg, std::ios_base::in) != pos_type{here - 1}) {
      return traits_type::eof();
    }
    if (traits_type::eq_int_type(underflow(), traits_type::eof())) {  // beyond the end there is nothing to put back
      seekoff(here, std::ios_base::beg, std::ios_base::in);
      return traits_type::eof();
    }
  } else {
    gbump(-1);
  }
  if (!traits_type::eq_int_type(character, traits_type::eof())) {
    *gptr() = traits_type::to_char_type(character);  // in the buffer only, as std::filebuf does
  }
  return traits_type::to_int_type(*gptr());
}

std::streamsize filebuf::showmanyc() {
  if (!is_open()) return -1;
  std::error_code error;
  const off_type at = position(error);
  if (error) return 0;  // unknown, as where there is no position; -1 would mean that there is certainly nothing
  const auto end = static_cast<off_type>(stored_size(error));
  if (error) return 0;
  // std::streamsize has half the bits on 32-bit systems.
  return static_cast<std::streamsize>(std::clamp<off_type>(end - at, 0, std::numeric_limits<std::streamsize>::max()));
}

// --- writing ---------------------------------------------------------------------------------------------------------

// Called when the put area is full, or none is set.
filebuf::int_type filebuf::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) {
    return start_writing() ? traits_type::not_eof(character) : traits_type::eof();
  }
  const char byte = traits_type::to_char_type(character);
  return xsputn(&byte, 1) == 1 ? character : traits_type::eof();
}

std::streamsize filebuf::xsputn(const char* source, std::streamsize count) {
  if (count <= 0 || append(source, count)) return std::max<std::streamsize>(count, 0);
  const std::streamsize taken = put_block(source, static_cast<std::size_t>(count));
  if (taken < count) lose_bytes(last_error_);
  return taken;
}

// What doesn't fit into the buffer. Returns how much is written or buffered; if not all, last_error_ is the reason.
std::streamsize filebuf::put_block(const char* source, std::size_t count) noexcept {
  const auto size = static_cast<std::streamsize>(count);
  if (!start_writing() || !make_room_for(count)) return 0;
  if (append(source, size)) return size;
  if (is_large(count)) {
    if (!flush()) return 0;
    const std::size_t written = write_all(source, count, last_error_);
    set_put_area();
    return static_cast<std::streamsize>(written);
  }
  const auto room = static_cast<std::size_t>(epptr() - pptr());
  put(source, room);
  if (!flush()) return static_cast<std::streamsize>(room);
  put(source + room, count - room);
  return size;
}

// Bytes were refused and are not kept. The first reason stands.
void filebuf::lose_bytes(const std::error_code& reason) {
  if (!write_error_) write_error_ = reason ? reason : std::make_error_code(std::errc::io_error);
  if (stream_ != nullptr) stream_->setstate(std::ios_base::badbit);
}

// Afterwards the put area is empty, or holds what the system did not take.
bool filebuf::flush() noexcept {
  if (unwritten() == 0) return true;
  const std::size_t count = unwritten();
  const std::size_t written = write_all(pbase(), count, last_error_);
  // What could not be written is tried again with the next flush.
  std::memmove(pbase(), pbase() + written, count - written);
  set_put_area();
  pbump(static_cast<int>(count - written));
  return !last_error_;
}

// --- positions -------------------------------------------------------------------------------------------------------

// Afterwards the buffer is idle, and the descriptor at the new position. Relative offsets count from the stream's
// position, which is behind the descriptor's by what is buffered to be read. To ask for the position leaves everything
// as it is.
filebuf::pos_type filebuf::seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) {
  constexpr off_type failed = -1;
  if (from == std::ios_base::cur && offset == 0) return position(last_error_);
  if (!flush()) return failed;
  if (from == std::ios_base::cur) {
    const auto ahead = static_cast<off_type>(unread());
    if (offset < std::numeric_limits<off_type>::min() + ahead) return failed;
    offset -= ahead;
  }
  const std::uint64_t reached = move_to(offset, from, last_error_);
  if (last_error_) return failed;
  become_idle();
  return static_cast<off_type>(reached);
}

filebuf::pos_type filebuf::seekpos(pos_type position, std::ios_base::openmode which) {
  return seekoff(off_type{position}, std::ios_base::beg, which);
}

int filebuf::sync() { return flush() && give_back_unread() ? 0 : -1; }

// The stream's position, or -1.
filebuf::off_type filebuf::position(std::error_code& error) noexcept {
  const std::uint64_t at = move_to(0, std::ios_base::cur, error);
  if (error) return -1;
  return static_cast<off_type>(at) - static_cast<off_type>(unread()) + static_cast<off_type>(unwritten());
}

// Moves the descriptor back to the stream's position. A pipe or terminal can't take bytes back; they stay to be read.
bool filebuf::give_back_unread() noexcept {
  if (unread() > 0) {
    move_to(-static_cast<off_type>(unread()), std::ios_base::cur, last_error_);
    if (last_error_ == std::errc::invalid_seek) {
      last_error_.clear();
      return true;
    }
    if (last_error_) return false;
  }
  setg(nullptr, nullptr, nullptr);
  return true;
}

// --- states ----------------------------------------------------------------------------------------------------------

bool filebuf::has_file() noexcept {
  if (!is_open()) last_error_ = std::make_error_code(std::errc::bad_file_descriptor);
  return is_open();
}

void filebuf::become_idle() noexcept {
  setg(nullptr, nullptr, nullptr);
  setp(nullptr, nullptr);
}

// From any state; afterwards nothing is buffered for writing, and there is memory to read to.
bool filebuf::start_reading() {
  if (!has_file()) return false;
  if (!flush()) {
    if (stream_ != nullptr) stream_->setstate(std::ios_base::badbit);
    return false;
  }
  setp(nullptr, nullptr);
  return allocate(buffer_);
}

// From any state; afterwards a put area is set, and the descriptor is where it begins. What was read ahead is given
// back by a seek; where that is impossible (a pipe), it stays to be read, and writing has a buffer of its own.
bool filebuf::start_writing() {
  if (pbase() != nullptr) return true;
  if (!has_file() || !give_back_unread()) return false;
  if (unread() == 0) setg(nullptr, nullptr, nullptr);
  if (!allocate(unread() == 0 ? buffer_ : put_buffer_)) return false;
  set_put_area();
  return true;
}

// Whether so many bytes don't go through the buffer.
bool filebuf::is_large(std::size_t count) const noexcept {
  return count >= (is_in_memory() ? large_in_memory : buffer_size);
}

// What is put into the area fits into memory as well.
void filebuf::set_put_area() noexcept {
  std::size_t size = buffer_size;
  if (is_in_memory() && memory_->room() < size) size = static_cast<std::size_t>(memory_->room());
  char* const begin = egptr() == nullptr ? buffer_.get() : put_buffer_.get();
  setp(begin, begin + size);
}

bool filebuf::allocate(std::unique_ptr<char[]>& buffer) noexcept {
  if (buffer == nullptr) buffer.reset(new (std::nothrow) char[buffer_size]);
  if (buffer == nullptr) last_error_ = std::make_error_code(std::errc::not_enough_memory);
  return buffer != nullptr;
}

// One read from the file; 0 at its end, or with last_error_ set. An error must not pass for the end, and an exception
// would not do: in libc++ one that is thrown while white space is skipped escapes from the stream.
std::size_t filebuf::get(char* destination, std::size_t count) {
  const std::size_t got = read_some(destination, count);
  if (last_error_ && stream_ != nullptr) stream_->setstate(std::ios_base::badbit);
  return got;
}

// --- where the bytes are: in a file, or in memory until they go to one -----------------------------------------------

void filebuf::open(file_handle handle) noexcept { handle_ = std::move(handle); }

void filebuf::open(std::unique_ptr<internal::memory_storage> memory) noexcept { memory_ = std::move(memory); }

std::size_t filebuf::read_some(char* destination, std::size_t count) noexcept {
  last_error_.clear();
  if (is_in_memory()) return memory_->read({destination, count});
  return platform::read_some(handle_.native_handle(), std::as_writable_bytes(std::span{destination, count}),
                             last_error_);
}

std::size_t filebuf::write_all(const char* source, std::size_t count, std::error_code& error) noexcept {
  if (is_in_memory()) return memory_->write({source, count}, error);
  return platform::write(handle_.native_handle(), std::as_bytes(std::span{source, count}), error);
}

std::uint64_t filebuf::move_to(off_type offset, std::ios_base::seekdir from, std::error_code& error) noexcept {
  return is_in_memory() ? memory_->seek(offset, from, error) : handle_.seek(offset, from, error);
}

std::uint64_t filebuf::stored_size(std::error_code& error) const noexcept {
  error.clear();
  return is_in_memory() ? memory_->size() : handle_.size(error);
}

// In memory there may not be room for more: then all of it, or nothing, goes to disk.
bool filebuf::make_room_for(std::size_t count) noexcept {
  if (!is_in_memory() || count <= memory_->room() - unwritten()) return true;
  leave_memory(last_error_);
  return !last_error_;
}

void filebuf::leave_memory(std::error_code& error) noexcept {
  error.clear();
  if (!is_in_memory()) return;
  if (!flush()) {
    error = last_error_;
    return;
  }
  file_handle file = memory_->to_file(error);
  if (error) return;
  handle_ = std::move(file);
  memory_.reset();
  if (pbase() != nullptr) set_put_area();
}

std::span<const std::byte> filebuf::bytes_in_memory() const noexcept {
  return is_in_memory() ? std::as_bytes(memory_->bytes()) : std::span<const std::byte>{};
}

void filebuf::truncate(std::uint64_t size, std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || sync() != 0) {
    error = last_error_;
    return;
  }
  if (is_in_memory() && !memory_->fits(size)) leave_memory(error);
  if (error) return;
  if (is_in_memory()) {
    memory_->resize(size, error);
  } else {
    handle_.resize(size, error);
  }
}

std::uint64_t filebuf::size(std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || !flush()) {
    error = last_error_;
    return 0;
  }
  return stored_size(error);
}

void filebuf::sync_to_disk(std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || sync() != 0) {
    error = last_error_;
  } else if (!is_in_memory()) {
    handle_.sync(error);
  }
}

void filebuf::set_append(bool appends, std::error_code& error) noexcept {
  error.clear();
  if (!has_file() || sync() != 0) {
    error = last_error_;
  } else if (is_in_memory()) {
    error = std::make_error_code(std::errc::operation_not_supported);
  } else {
    handle_.set_append(appends, error);
  }
}

std::string filebuf::take_bytes(std::error_code& error) {
  std::string bytes;
  error = write_error_;
  if (!error && (!has_file() || sync() != 0)) error = last_error_;
  if (error) return {};
  if (is_in_memory()) {
    bytes = memory_->take();
  } else {
    bytes.resize(static_cast<std::size_t>(handle_.size(error)));
    if (!error) bytes.resize(handle_.read_at(0, std::as_writable_bytes(std::span{bytes}), error));
  }
  if (error) return {};
  std::error_code ignored;  // all of it has been read
  abandon(ignored);
  return bytes;
}

}  // namespace tempfile::inline v0_1
