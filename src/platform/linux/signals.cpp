#include "platform/signals.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "platform/linux/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

// A process may send itself a signal with any origin (Linux 2.6.31); a filter of system calls may forbid it.
void send_again(int signal, siginfo_t* info) noexcept {
  const pid_t process = ::getpid();
  const auto thread = static_cast<pid_t>(::syscall(SYS_gettid));
  if (call::rt_tgsigqueueinfo(process, thread, signal, info) != 0) ::syscall(SYS_tgkill, process, thread, signal);
}

void* set_alternate_stack(std::error_code& error) noexcept { return map_alternate_stack(error); }
void drop_alternate_stack(void* memory) noexcept { unmap_alternate_stack(memory); }

}  // namespace tempfile::inline v0_1::platform
