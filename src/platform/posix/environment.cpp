#include <unistd.h>

#include <cstdlib>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

std::optional<std::string> environment(const char* name) {
  // A program that runs with more rights than its caller must not take the caller's word.
  if (::getuid() != ::geteuid() || ::getgid() != ::getegid()) return std::nullopt;
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace tempfile::inline v0_1::platform
