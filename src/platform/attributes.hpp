// Who may do what with a file: mode, owner, access control lists, user attributes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

using attribute_value = std::vector<std::byte>;

struct user_attribute {
  std::string name;
  attribute_value value;
};

// All that persisting changes of a file, its bytes and its name apart.
struct saved_permissions {
  std::filesystem::perms mode{};
  std::uint64_t owner{};
  std::uint64_t group{};
  std::optional<attribute_value> list;       // the access control list, where the system has such
  std::optional<attribute_value> inherited;  // a directory's list for what is made in it
  std::vector<user_attribute> attributes;
};

saved_permissions permissions(native_handle_type handle, std::error_code& error) noexcept;
void restore_permissions(native_handle_type handle, const saved_permissions& saved, std::error_code& error) noexcept;
// Gives exactly this mode, and no access control list.
void set_mode(native_handle_type handle, std::filesystem::perms mode, std::error_code& error) noexcept;
// Gives the open file or directory `to` the permissions, list, owner and group of the one named `name` in `directory`,
// and its attributes, as far as this process may: nothing that gives anybody more than it had, a file no set-user-ID
// and set-group-ID, a directory its sticky bit, and its set-group-ID with its group. A list that can't be set is an
// error. std::errc::no_such_file_or_directory if there is none, or something else; std::errc::is_a_directory and
// not_a_directory if one of them is a directory and the other is not.
void copy_permissions(native_handle_type directory, native_path name, native_handle_type to,
                      std::error_code& error) noexcept;
// Gives `to` what a file gets that is made in `directory`: by the umask, or by the directory's default access control
// list. `probe` is a path there that nothing has, for systems that need one to try.
void apply_default_mode(native_path directory, native_path probe, native_handle_type to,
                        std::error_code& error) noexcept;
// The same for a directory.
void apply_default_directory_mode(native_path probe, native_handle_type to, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
