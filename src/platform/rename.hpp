// Giving what exists another name, in one step.
#pragma once

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// Renames `from` to `to`; what `to` was before is gone. If both are names of one file, nothing happens, with success.
// std::errc::cross_device_link if `to` is on another file system.
void rename(const located& from, const located& to, std::error_code& error) noexcept;
// The same if `to` does not exist, and else std::errc::file_exists: of any number of concurrent callers one succeeds.
void rename_noreplace(const located& from, const located& to, std::error_code& error) noexcept;
// Exchanges `from` and `to`. std::errc::operation_not_supported where the system or the file system can't.
void exchange(const located& from, const located& to, std::error_code& error) noexcept;
// Gives a file without a name the name `to` in `directory`; std::errc::file_exists if it is taken,
// std::errc::operation_not_supported if the system can't.
void link_unnamed(native_handle_type file, native_handle_type directory, native_path to,
                  std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
