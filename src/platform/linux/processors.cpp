#include <algorithm>

#include "platform/linux/calls.hpp"
#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

// std::thread::hardware_concurrency() counts those of the machine, also where this process may use fewer.
int processors() noexcept {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (call::sched_getaffinity(sizeof allowed, &allowed) != 0) return 1;  // EINVAL: more than 1,024 processors
  return std::max(CPU_COUNT(&allowed), 1);
}

}  // namespace tempfile::inline v0_1::platform
