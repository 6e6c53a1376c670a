// Copying as Linux does it best: not at all, where two files can share their blocks; else inside the kernel, and only
// what is not a hole.
#include <unistd.h>

#include <algorithm>
#include <ios>

#include "platform/linux/calls.hpp"
#include "platform/posix/copying.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::platform {
namespace {

// From this position on; `end` is what comes after. Where the file system doesn't tell, all is data up to the end.
struct extent {
  off_t begin;
  off_t end;
};

extent next_data(int file, off_t position, off_t size) noexcept {
  const off_t begin = call::lseek(file, position, SEEK_DATA);
  if (begin < 0) return errno == ENXIO ? extent{size, size} : extent{position, size};  // ENXIO: a hole up to the end
  const off_t end = call::lseek(file, begin, SEEK_HOLE);
  return {begin, end < 0 ? size : end};
}

// Copies a part of `from`, whose position is there, to the same place of `to`.
void copy_extent(int from, int to, const extent& part, std::error_code& error) noexcept {
  auto left = static_cast<std::uint64_t>(part.end - part.begin);
  constexpr std::uint64_t most_at_once = std::uint64_t{1}
                                         << 30;  // copy_file_range() takes a size_t, of 32 bits on some
  while (left > 0) {
    const ssize_t copied = until_done(
        error, [&] { return call::copy_file_range(from, to, static_cast<std::size_t>(std::min(left, most_at_once))); });
    // Refused by old kernels between file systems (EXDEV), by some file systems, and by filters; and on some special
    // file systems it copies nothing.
    if (copied <= 0) break;
    left -= static_cast<std::uint64_t>(copied);
  }
  if (left > 0) copy_by_buffer(from, to, left, error);
}

}  // namespace

void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept {
  error.clear();
  if (call::clone_content(source, copy) == 0) return;
  const auto end = static_cast<off_t>(size(source, error));
  extent part{0, 0};
  while (!error && part.end < end) {
    part = next_data(source, part.end, end);
    if (part.begin >= end) break;
    seek(source, part.begin, std::ios_base::beg, error);
    if (!error) seek(copy, part.begin, std::ios_base::beg, error);
    if (!error) copy_extent(source, copy, part, error);
  }
  if (!error) resize(copy, static_cast<std::uint64_t>(end), error);  // a hole at the end
}

}  // namespace tempfile::platform
