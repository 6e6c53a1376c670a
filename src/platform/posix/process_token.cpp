#include <unistd.h>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

std::uint64_t process_token() noexcept { return static_cast<std::uint64_t>(::getpid()); }

}  // namespace tempfile::inline v0_1::platform
