// What systems add to a file's mode.
#pragma once

namespace tempfile::platform {

// Copies those that belong to a user's data or permissions, as far as this process may. POSIX has none.
void copy_extended_attributes(int from, int to) noexcept;

}  // namespace tempfile::platform
