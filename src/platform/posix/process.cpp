#include "platform/process.hpp"

#include <fcntl.h>

#include <csignal>

#include "platform/file.hpp"
#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

std::thread start_thread(void (*work)(void*) noexcept, void* argument, std::error_code& error) noexcept {
  error.clear();
  // A thread begins with its maker's mask: the program's handlers run on the program's threads.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread;
  if (!call::start_thread(thread, work, argument)) error = last_error();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

namespace {

void read_random_device(std::span<std::byte> buffer, std::error_code& error) noexcept {
  const file_handle device{retry_on_eintr(
      error, [] { return call::openat(AT_FDCWD, "/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0); })};
  if (error) return;
  if (read(device.native_handle(), buffer, error) < buffer.size() && !error) {
    error = std::make_error_code(std::errc::io_error);
  }
}

}  // namespace

void random_bytes(std::span<std::byte> buffer, std::error_code& error) noexcept {
  // POSIX.1-2024; glibc 2.25 makes it from getrandom(2), which Linux has since 3.17.
  retry_on_eintr(error, [&] { return call::getentropy(buffer.data(), buffer.size()); });
  if (error) read_random_device(buffer, error);
}

std::vector<std::filesystem::path> usual_tempdirs() { return {"/tmp", "/var/tmp", "/usr/tmp"}; }

}  // namespace tempfile::inline v0_1::platform
