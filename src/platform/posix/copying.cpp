#include "platform/posix/copying.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

// As copying.cpp of the coreutils has it: larger ones gain nothing. On the stack, because nothing is to be thrown.
constexpr std::size_t buffer_size = std::size_t{64} * 1024;

void copy_by_buffer(int from, int to, std::uint64_t begin, std::uint64_t end, std::error_code& error) noexcept {
  std::array<std::byte, buffer_size> buffer;
  error.clear();
  while (begin < end) {
    const std::span wanted = std::span{buffer}.first(std::min<std::uint64_t>(buffer.size(), end - begin));
    const std::size_t got = read_at(from, begin, wanted, error);
    if (error || got == 0) return;
    write_at(to, begin, wanted.first(got), error);
    if (error) return;
    begin += got;
  }
}

}  // namespace tempfile::inline v0_1::platform
