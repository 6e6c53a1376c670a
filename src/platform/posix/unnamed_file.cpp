#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

file_handle create_unnamed_file(native_path, const creation&, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
  return {};
}

}  // namespace tempfile::inline v0_1::platform
