#include "platform/posix/copying.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "platform/posix/descriptor.hpp"

namespace tempfile::platform {

// As copying.cpp of the coreutils has it: larger ones gain nothing. On the stack, because nothing is to be thrown.
constexpr std::size_t buffer_size = std::size_t{64} * 1024;

std::uint64_t copy_by_buffer(int from, int to, std::uint64_t most, std::error_code& error) noexcept {
  std::array<std::byte, buffer_size> buffer;
  std::uint64_t copied = 0;
  while (copied < most) {
    const std::span wanted = std::span{buffer}.first(std::min<std::uint64_t>(buffer.size(), most - copied));
    const std::size_t got = read(from, wanted, error);
    if (error || got == 0) break;
    write(to, wanted.first(got), error);
    if (error) break;
    copied += got;
  }
  return copied;
}

}  // namespace tempfile::platform
