#include "platform/posix/extended_attributes.hpp"

namespace tempfile::platform {

void copy_extended_attributes(int, int) noexcept {}

}  // namespace tempfile::platform
