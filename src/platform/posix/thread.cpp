// Threads and signals.
#include <csignal>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

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

}  // namespace tempfile::inline v0_1::platform
