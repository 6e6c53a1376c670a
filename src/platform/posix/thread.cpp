// Threads of the library's own.
#include <csignal>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

int processors() noexcept {
  const unsigned known = std::thread::hardware_concurrency();
  return known == 0 ? 1 : static_cast<int>(known);
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
