// Giving names that nothing has.
#pragma once

#include <system_error>

#include "platform/system.hpp"

namespace tempfile::platform {

// rename_into_new() by what POSIX has: between two steps both names are there, or an empty directory.
void rename_by_reserving(native_path from, native_handle_type directory, native_path to,
                         std::error_code& error) noexcept;

}  // namespace tempfile::platform
