// Copying from one open file to another.
#pragma once

#include <cstdint>
#include <system_error>

namespace tempfile::platform {

// Copies so many bytes, or to the end if that comes first, from the position of one file to that of the other, by way
// of a buffer. Returns how many.
std::uint64_t copy_by_buffer(int from, int to, std::uint64_t most, std::error_code& error) noexcept;

}  // namespace tempfile::platform
