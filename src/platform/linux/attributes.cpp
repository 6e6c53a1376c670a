#include "platform/attributes.hpp"

#include <fcntl.h>
#include <linux/posix_acl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "platform/file.hpp"
#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// The kernel's own limits for the list of names and for a value (XATTR_LIST_MAX, XATTR_SIZE_MAX in linux/limits.h).
constexpr std::size_t max_size = 65536;

const char* name_of(access_list kind) noexcept {
  return kind == access_list::own ? "system.posix_acl_access" : "system.posix_acl_default";
}

// That there is no such attribute, or that the file system knows none, is no error.
bool means_none(int number) noexcept { return number == ENODATA || number == EOPNOTSUPP; }

std::optional<attribute_value> read_attribute(int file, const char* name, std::error_code& error) {
  attribute_value value(max_size);
  ssize_t size = retry_on_eintr(error, [&] { return call::fgetxattr(file, name, value.data(), value.size()); });
  if (error == std::errc::bad_file_descriptor) {  // what was opened with O_PATH can be looked at by its path only
    const descriptor_path path{file};
    size = retry_on_eintr(error, [&] { return call::getxattr(path.c_str(), name, value.data(), value.size()); });
  }
  if (means_none(error.value())) error.clear();
  if (size < 0) return std::nullopt;
  value.resize(static_cast<std::size_t>(size));
  return value;
}

// Not security.*: labels and capabilities are given to a program, and not to whatever takes its place.
std::vector<std::string> user_attribute_names(int file) {
  std::vector<char> list(max_size);
  ssize_t size = call::flistxattr(file, list.data(), list.size());
  std::vector<std::string> names;
  for (ssize_t at = 0; at < size;) {
    std::string name = list.data() + at;
    at += static_cast<ssize_t>(name.size()) + 1;
    if (name.starts_with("user.")) names.push_back(std::move(name));
  }
  return names;
}

// struct posix_acl_xattr_entry of linux/posix_acl_xattr.h, which a header of the C library's may hide.
struct list_entry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};
constexpr std::size_t list_header_size = sizeof(std::uint32_t);

}  // namespace

std::optional<attribute_value> read_access_list(int file, access_list kind, std::error_code& error) {
  return read_attribute(file, name_of(kind), error);
}

void write_access_list(int file, access_list kind, const std::optional<attribute_value>& list, std::error_code& error) {
  if (list) {
    retry_on_eintr(error, [&] { return call::fsetxattr(file, name_of(kind), list->data(), list->size()); });
  } else {
    retry_on_eintr(error, [&] { return call::fremovexattr(file, name_of(kind)); });
    if (means_none(error.value())) error.clear();
  }
}

mode_t granted_to_all(const attribute_value& list) noexcept {
  mode_t granted = 07;
  mode_t mask = 07;
  for (std::size_t at = list_header_size; at + sizeof(list_entry) <= list.size(); at += sizeof(list_entry)) {
    list_entry entry{};
    std::memcpy(&entry, list.data() + at, sizeof entry);
    if (entry.tag == ACL_USER_OBJ) continue;
    (entry.tag == ACL_MASK ? mask : granted) &= entry.permissions;
  }
  return granted & mask;
}

std::vector<user_attribute> read_user_attributes(int file) {
  std::vector<user_attribute> attributes;
  for (std::string& name : user_attribute_names(file)) {
    std::error_code unreadable;
    if (auto value = read_attribute(file, name.c_str(), unreadable)) attributes.push_back({std::move(name), *value});
  }
  return attributes;
}

void write_user_attributes(int file, const std::vector<user_attribute>& attributes) {
  for (const user_attribute& each : attributes) {
    call::fsetxattr(file, each.name.c_str(), each.value.data(), each.value.size());
  }
}

void replace_user_attributes(int file, const std::vector<user_attribute>& attributes) {
  for (const std::string& name : user_attribute_names(file)) {
    const bool stays = std::any_of(attributes.begin(), attributes.end(),
                                   [&](const user_attribute& attribute) { return attribute.name == name; });
    if (!stays) call::fremovexattr(file, name.c_str());
  }
  write_user_attributes(file, attributes);
}

file_handle open_for_attributes(int directory, const char* name, std::error_code& error) noexcept {
  const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(directory, name, flags, 0); })};
}

file_handle create_umask_probe(native_path directory, native_path probe, std::error_code& error) noexcept {
  const int flags = O_TMPFILE | O_RDWR | O_CLOEXEC;
  file_handle made{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, directory, flags, 0666); })};
  return error ? create_named_umask_probe(probe, error) : std::move(made);
}

}  // namespace tempfile::inline v0_1::platform
