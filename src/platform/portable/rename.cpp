#include "platform/rename.hpp"

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

void rename_noreplace(const located& from, const located& to, std::error_code& error) noexcept {
  rename_by_reserving(from, to, error);
}

void exchange(const located&, const located&, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
}

void link_unnamed(native_handle_type, native_handle_type, native_path, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
}

}  // namespace tempfile::inline v0_1::platform
