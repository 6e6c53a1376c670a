// Access control lists, in the kernel's own form.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/posix.hpp"

namespace support {

// linux/posix_acl_xattr.h: a version, and entries of tag, permissions, id.
struct list_entry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};

inline constexpr std::uint32_t no_id = ~std::uint32_t{0};
inline constexpr const char* own_list = "system.posix_acl_access";
inline constexpr const char* inherited_list = "system.posix_acl_default";

// user::rw-, user:<id>:<permissions>, group::<group>, mask::<permissions>, other::---
inline std::vector<list_entry> list_for(std::uint32_t user, std::uint16_t permissions, std::uint16_t group = 0) {
  return {
      {0x01, 6, no_id}, {0x02, permissions, user}, {0x04, group, no_id}, {0x10, permissions, no_id}, {0x20, 0, no_id}};
}

inline bool set_list(const std::filesystem::path& path, const char* kind, const std::vector<list_entry>& entries) {
  std::string value("\2\0\0\0", 4);
  value.append(reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(list_entry));
  return ::setxattr(path.c_str(), kind, value.data(), value.size(), 0) == 0;
}

// Empty if there is none.
inline std::string list_of(const std::filesystem::path& path, const char* kind = own_list) {
  std::string found(1024, '\0');
  const ssize_t size = ::getxattr(path.c_str(), kind, found.data(), found.size());
  found.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return found;
}

}  // namespace support
