#include "platform/system.hpp"

namespace tempfile::platform {

file_handle create_unnamed_file(native_path, const creation&, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::operation_not_supported);
  return {};
}

}  // namespace tempfile::platform
