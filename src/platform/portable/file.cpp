#include "platform/file.hpp"

#include <limits>

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept {
  copy_by_buffer(source, copy, 0, std::numeric_limits<std::int64_t>::max(), error);
}

file_handle reopen(native_handle_type, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
  return {};
}

}  // namespace tempfile::inline v0_1::platform
