// Giving names that nothing has.
#pragma once

#include <system_error>

#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

// rename_noreplace() by what POSIX has: between two steps both names are there, or an empty directory.
void rename_by_reserving(const located& from, const located& to, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
