#include "platform/posix/extended_attributes.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "platform/linux/calls.hpp"

namespace tempfile::platform {
namespace {

// The kernel's own limits for the list of names and for a value (XATTR_LIST_MAX, XATTR_SIZE_MAX in linux/limits.h).
constexpr std::size_t longest = 65536;

// Not security.*: labels and capabilities are given to a program, and not to whatever takes its place.
bool is_users_own(std::string_view name) noexcept {
  return name.starts_with("user.") || name == "system.posix_acl_access";
}

}  // namespace

void copy_extended_attributes(int from, int to) noexcept {
  const std::unique_ptr<char[]> names{new (std::nothrow) char[2 * longest]};
  if (names == nullptr) return;
  char* const value = names.get() + longest;
  const ssize_t size = call::flistxattr(from, names.get(), longest);
  for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(names.get() + at)) + 1) {
    const char* const name = names.get() + at;
    if (!is_users_own(name)) continue;
    const ssize_t length = call::fgetxattr(from, name, value, longest);
    if (length >= 0) call::fsetxattr(to, name, value, static_cast<std::size_t>(length));
  }
}

}  // namespace tempfile::platform
