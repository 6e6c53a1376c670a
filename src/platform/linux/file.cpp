#include "platform/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <ios>

#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {

// Copying as Linux does it best: not at all, where two files can share their blocks; else inside the kernel, and only
// what is not a hole.

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

// Copies a part of `from` to the same place of `to`.
void copy_extent(int from, int to, const extent& part, std::error_code& error) noexcept {
  // copy_file_range() takes a size_t, of 32 bits on some systems.
  constexpr off_t max_copied_at_once = off_t{1} << 30;
  off_t at = part.begin;
  while (at < part.end) {
    const auto count = static_cast<std::size_t>(std::min(part.end - at, max_copied_at_once));
    const ssize_t copied = retry_on_eintr(error, [&] { return call::copy_file_range(from, to, at, count); });
    // Refused by old kernels between file systems (EXDEV), by some file systems, and by filters; and on some special
    // file systems it copies nothing.
    if (copied <= 0) break;
    at += copied;
  }
  if (at < part.end)
    copy_by_buffer(from, to, static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(part.end), error);
}

void copy_extents(int from, int to, std::error_code& error) noexcept {
  const auto end = static_cast<off_t>(size(from, error));
  extent part{0, 0};
  while (!error && part.end < end) {
    part = next_data(from, part.end, end);
    if (part.begin >= end) break;
    copy_extent(from, to, part, error);
  }
  if (!error) resize(to, static_cast<std::uint64_t>(end), error);  // a hole at the end
}

}  // namespace

void copy_content(native_handle_type source, native_handle_type copy, std::error_code& error) noexcept {
  error.clear();
  if (call::clone_content(source, copy) == 0) return;
  // To look for holes moves the position, so it is done on a descriptor with a position of its own, if that can be had.
  std::error_code unavailable;
  const file_handle again = reopen(source, unavailable);
  if (!unavailable) {
    copy_extents(again.native_handle(), copy, error);
    return;
  }
  const std::uint64_t position = seek(source, 0, std::ios_base::cur, error);
  if (error) return;
  copy_extents(source, copy, error);
  std::error_code not_restored;
  seek(source, static_cast<std::int64_t>(position), std::ios_base::beg, not_restored);
  if (!error) error = not_restored;
}

file_handle reopen(native_handle_type handle, std::error_code& error) noexcept {
  const descriptor_path path{handle};
  file_handle again{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path.c_str(), O_RDWR | O_CLOEXEC, 0); })};
  if (error == std::errc::no_such_file_or_directory) error = std::make_error_code(std::errc::operation_not_supported);
  if (error) return {};
  // /proc may be another process-id namespace's, where this path is another thread's.
  const file_identity original = identity(handle, error);
  if (!error && identity(again.native_handle(), error) != original && !error) {
    error = std::make_error_code(std::errc::operation_not_supported);
  }
  return error ? file_handle{} : std::move(again);
}

}  // namespace tempfile::inline v0_1::platform
