#include "platform/signals.hpp"

#include <csignal>

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

// POSIX has no way to say who has sent it.
void send_again(int signal, siginfo_t*) noexcept { ::raise(signal); }

void* set_alternate_stack(std::error_code& error) noexcept { return map_alternate_stack(error); }
void drop_alternate_stack(void* memory) noexcept { unmap_alternate_stack(memory); }

}  // namespace tempfile::inline v0_1::platform
