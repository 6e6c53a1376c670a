#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

int processors() noexcept {
  const unsigned known = std::thread::hardware_concurrency();
  return known == 0 ? 1 : static_cast<int>(known);
}

}  // namespace tempfile::inline v0_1::platform
