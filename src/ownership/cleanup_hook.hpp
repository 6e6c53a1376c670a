// Telling the program what a destructor could not do.
#pragma once

#include <filesystem>
#include <system_error>

namespace tempfile::inline v0_1::internal {

// Calls the hook that the program has set, if any; does nothing if there is no error.
void report_cleanup_error(const std::filesystem::path& path, const std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::internal
