#include "platform/signals.hpp"

#include <csignal>

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

void send_again(int signal, siginfo_t*) noexcept { ::raise(signal); }

// There is no sigaltstack(), and none is needed: what overflows the stack ends the program without a signal.
void* set_alternate_stack(std::error_code& error) noexcept {
  error.clear();
  return nullptr;
}
void drop_alternate_stack(void*) noexcept {}

}  // namespace tempfile::inline v0_1::platform
