#include "platform/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// POSIX leaves a count beyond SSIZE_MAX undefined; Linux itself stops at 0x7ffff000 bytes (read(2), write(2)).
constexpr std::size_t max_at_once = 0x7ffff000;

// Calls `transfer(done, count)` until all of `total` is done or it moves nothing.
template <class Transfer>
std::size_t transfer_all(std::size_t total, std::error_code& error, Transfer transfer) noexcept {
  error.clear();
  std::size_t done = 0;
  while (done < total) {
    const std::size_t count = std::min(total - done, max_at_once);
    const ssize_t moved = retry_on_eintr(error, [&] { return transfer(done, count); });
    if (moved <= 0) break;
    done += static_cast<std::size_t>(moved);
  }
  return done;
}

bool fits(std::uint64_t offset, std::error_code& error) noexcept {
  if (offset <= static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return true;
  error = std::make_error_code(std::errc::file_too_large);
  return false;
}

int whence(std::ios_base::seekdir from) noexcept {
  if (from == std::ios_base::cur) return SEEK_CUR;
  return from == std::ios_base::end ? SEEK_END : SEEK_SET;
}

}  // namespace

file_handle open(native_path path, access access, std::error_code& error) noexcept {
  const int flags = access_flag(access) | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

file_handle open_nofollow(native_path path, access access, std::error_code& error) noexcept {
  const int flags = access_flag(access) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, flags, 0); })};
}

void close(native_handle_type handle, std::error_code& error) noexcept {
  error.clear();
  // Not tried again after EINTR: on Linux and the BSDs the descriptor is gone by then, and its number may already be
  // another thread's.
  if (call::close(handle) != 0 && errno != EINTR) error = last_error();
}

std::size_t read_some(native_handle_type handle, std::span<std::byte> buffer, std::error_code& error) noexcept {
  const std::size_t count = std::min(buffer.size(), max_at_once);
  const ssize_t got = retry_on_eintr(error, [&] { return call::read(handle, buffer.data(), count); });
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

std::size_t read(native_handle_type handle, std::span<std::byte> buffer, std::error_code& error) noexcept {
  return transfer_all(buffer.size(), error, [&](std::size_t done, std::size_t count) {
    return call::read(handle, buffer.data() + done, count);
  });
}

std::size_t write(native_handle_type handle, std::span<const std::byte> bytes, std::error_code& error) noexcept {
  return transfer_all(bytes.size(), error, [&](std::size_t done, std::size_t count) {
    return call::write(handle, bytes.data() + done, count);
  });
}

std::size_t read_at(native_handle_type handle, std::uint64_t offset, std::span<std::byte> buffer,
                    std::error_code& error) noexcept {
  if (!fits(offset, error)) return 0;
  return transfer_all(buffer.size(), error, [&](std::size_t done, std::size_t count) {
    return call::pread(handle, buffer.data() + done, count, static_cast<off_t>(offset + done));
  });
}

std::size_t write_at(native_handle_type handle, std::uint64_t offset, std::span<const std::byte> bytes,
                     std::error_code& error) noexcept {
  if (!fits(offset, error)) return 0;
  return transfer_all(bytes.size(), error, [&](std::size_t done, std::size_t count) {
    return call::pwrite(handle, bytes.data() + done, count, static_cast<off_t>(offset + done));
  });
}

std::uint64_t seek(native_handle_type handle, std::int64_t offset, std::ios_base::seekdir from,
                   std::error_code& error) noexcept {
  const off_t position = retry_on_eintr(error, [&] { return call::lseek(handle, offset, whence(from)); });
  return position < 0 ? 0 : static_cast<std::uint64_t>(position);
}

std::uint64_t size(native_handle_type handle, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(handle, &status); });
  return error ? 0 : static_cast<std::uint64_t>(status.st_size);
}

void set_append(native_handle_type handle, bool appends, std::error_code& error) noexcept {
  const int flags = retry_on_eintr(error, [&] { return call::status_flags(handle); });
  if (error) return;
  retry_on_eintr(error, [&] { return call::set_status_flags(handle, appends ? flags | O_APPEND : flags & ~O_APPEND); });
}

file_handle duplicate(native_handle_type handle, std::error_code& error) noexcept {
  return file_handle{retry_on_eintr(error, [&] { return call::duplicate(handle); })};
}

std::FILE* open_stream(native_handle_type handle, std::error_code& error) noexcept {
  error.clear();
  std::FILE* const stream = call::fdopen(handle, "r+b");
  if (stream == nullptr) error = last_error();
  return stream;
}

void resize(native_handle_type handle, std::uint64_t size, std::error_code& error) noexcept {
  if (!fits(size, error)) return;
  retry_on_eintr(error, [&] { return call::ftruncate(handle, static_cast<off_t>(size)); });
}

void sync(native_handle_type handle, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::fsync(handle); });
}

void lock(native_handle_type handle, lock_kind kind, std::error_code& error) noexcept {
  const int operation = (kind == lock_kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  retry_on_eintr(error, [&] { return call::flock(handle, operation); });
}

void sync_data(native_handle_type handle, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::fdatasync(handle); });
}

// As copying.cpp of the coreutils has it: larger ones gain nothing. On the stack, because nothing is to be thrown.
constexpr std::size_t buffer_size = std::size_t{64} * 1024;

void copy_by_buffer(int from, int to, std::uint64_t begin, std::uint64_t end, std::error_code& error) noexcept {
  std::array<std::byte, buffer_size> buffer;
  error.clear();
  while (begin < end) {
    const std::span part = std::span{buffer}.first(std::min(buffer.size(), static_cast<std::size_t>(end - begin)));
    const std::size_t got = read_at(from, begin, part, error);
    if (error || got == 0) return;
    write_at(to, begin, part.first(got), error);
    if (error) return;
    begin += got;
  }
}

// Threads and signals.

std::size_t write_without_signal(native_handle_type handle, std::span<const std::byte> bytes,
                                 std::error_code& error) noexcept {
  sigset_t limit{};
  sigset_t before{};
  sigset_t pending{};
  sigemptyset(&limit);
  sigaddset(&limit, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &limit, &before);
  sigpending(&pending);
  const bool was_pending = sigismember(&pending, SIGXFSZ) == 1;
  const std::size_t written = write(handle, bytes, error);
  if (error == std::errc::file_too_large && !was_pending) {
    sigpending(&pending);
    int taken = 0;
    if (sigismember(&pending, SIGXFSZ) == 1) sigwait(&limit, &taken);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return written;
}

}  // namespace tempfile::inline v0_1::platform
