#include "platform/posix/probe.hpp"

#include <fcntl.h>

#include "platform/linux/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

file_handle make_probe(native_path directory, native_path probe, std::error_code& error) noexcept {
  const int flags = O_TMPFILE | O_RDWR | O_CLOEXEC;
  file_handle made{until_done(error, [&] { return call::openat(AT_FDCWD, directory, flags, 0666); })};
  return error ? make_named_probe(probe, error) : std::move(made);
}

}  // namespace tempfile::inline v0_1::platform
