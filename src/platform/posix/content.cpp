#include <ios>
#include <limits>

#include "platform/posix/copying.hpp"
#include "platform/system.hpp"

namespace tempfile::platform {

void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept {
  seek(source, 0, std::ios_base::beg, error);
  if (!error) copy_by_buffer(source, copy, std::numeric_limits<std::uint64_t>::max(), error);
}

}  // namespace tempfile::platform
