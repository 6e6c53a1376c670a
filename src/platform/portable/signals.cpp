#include "platform/signals.hpp"

#include <csignal>

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

// POSIX has no way to say who has sent it.
void send_again(int signal, siginfo_t*) noexcept { ::raise(signal); }

}  // namespace tempfile::inline v0_1::platform
