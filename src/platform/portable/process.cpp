#include "platform/process.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace tempfile::inline v0_1::platform {

std::optional<native_string> environment(const char* name) {
  // A program that runs with more rights than its caller must not take the caller's word.
  if (::getuid() != ::geteuid() || ::getgid() != ::getegid()) return std::nullopt;
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::int64_t coarse_time() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::uint64_t process_token() noexcept { return static_cast<std::uint64_t>(::getpid()); }

int processors() noexcept {
  const unsigned known = std::thread::hardware_concurrency();
  return known == 0 ? 1 : static_cast<int>(known);
}

}  // namespace tempfile::inline v0_1::platform
