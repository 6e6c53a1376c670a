#include <limits>

#include "platform/posix/copying.hpp"
#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept {
  copy_by_buffer(source, copy, 0, std::numeric_limits<std::int64_t>::max(), error);
}

}  // namespace tempfile::inline v0_1::platform
