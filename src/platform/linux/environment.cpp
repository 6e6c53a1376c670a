#include <cstdlib>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

std::optional<std::string> environment(const char* name) {
  // Answers nothing to a program that runs with more rights than its caller, capabilities included.
  const char* const value = ::secure_getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace tempfile::inline v0_1::platform
