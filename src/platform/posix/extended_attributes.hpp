// What systems add to a file's mode: access control lists, and attributes of a user's own. POSIX has neither.
#pragma once

#include <sys/types.h>

#include <optional>
#include <system_error>
#include <vector>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

enum class access_list {
  own,        // of the file or directory itself
  inherited,  // a directory's default list, for what is made in it
};

// All of these may throw std::bad_alloc.

// The list of an open file; nothing if it has none.
std::optional<attribute_value> read_access_list(int file, access_list kind, std::error_code& error);
// Gives a file this list, or takes its list away.
void write_access_list(int file, access_list kind, const std::optional<attribute_value>& list, std::error_code& error);
// The permissions, of 07, that a list gives everybody but the owner.
mode_t granted_to_all(const attribute_value& list) noexcept;

std::vector<user_attribute> read_user_attributes(int file);
// As far as this process may.
void write_user_attributes(int file, const std::vector<user_attribute>& attributes);
// The same, and takes all others away.
void replace_user_attributes(int file, const std::vector<user_attribute>& attributes);

// Opens a file to look at its attributes only; std::errc::permission_denied where that needs the right to read it.
file_handle open_for_attributes(int directory, const char* name, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
