// Copying from one open file to another.
#pragma once

#include <cstdint>
#include <system_error>

namespace tempfile::inline v0_1::platform {

// Copies the bytes from offset `begin` to `end`, or to the end of the file if that comes first, by way of a buffer.
// Neither position is used.
void copy_by_buffer(int from, int to, std::uint64_t begin, std::uint64_t end, std::error_code& error) noexcept;

}  // namespace tempfile::inline v0_1::platform
