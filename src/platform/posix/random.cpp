#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

void read_random_device(std::span<std::byte> buffer, std::error_code& error) noexcept {
  const file_handle device{
      until_done(error, [] { return call::openat(AT_FDCWD, "/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0); })};
  if (error) return;
  if (read(device.native_handle(), buffer, error) < buffer.size() && !error) {
    error = std::make_error_code(std::errc::io_error);
  }
}

}  // namespace

void random_bytes(std::span<std::byte> buffer, std::error_code& error) noexcept {
  // POSIX.1-2024; glibc 2.25 makes it from getrandom(2), which Linux has since 3.17.
  until_done(error, [&] { return call::getentropy(buffer.data(), buffer.size()); });
  if (error) read_random_device(buffer, error);
}

}  // namespace tempfile::inline v0_1::platform
