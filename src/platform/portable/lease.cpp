#include "platform/lease.hpp"

namespace tempfile::inline v0_1::platform {

// POSIX has no file without a name, no promise that a mapped file takes a store, and no way to ask when a process was
// started. So there are no leases; what another platform of this system has left can be swept.

namespace {

void refuse(std::error_code& error) noexcept { error = std::make_error_code(std::errc::operation_not_supported); }

}  // namespace

storage storage_of_mapped_files(native_handle_type, std::error_code& error) noexcept {
  refuse(error);
  return storage::memory;
}

locked_file create_locked_file(native_handle_type, native_path, std::error_code& error) noexcept {
  refuse(error);
  return {};
}

void allocate(native_handle_type, std::uint64_t, std::size_t, std::error_code& error) noexcept { refuse(error); }

void* map_file(native_handle_type, std::uint64_t, std::size_t, std::error_code& error) noexcept {
  refuse(error);
  return nullptr;
}

void write_back_file(native_handle_type, write_back) noexcept {}
void flush_mapped(const void*, std::size_t, std::error_code& error) noexcept { refuse(error); }

std::uint64_t start_of_process(std::uint64_t) noexcept { return 0; }
process_name name_of_process(std::uint64_t) noexcept { return {}; }
boot_mark current_boot() noexcept { return {}; }

}  // namespace tempfile::inline v0_1::platform
