#include "platform/linux/path_descriptor.hpp"

#include <fcntl.h>

#include "platform/linux/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {

void set_mode_of_path_descriptor(int descriptor, const located& name, mode_t mode, std::error_code& error) noexcept {
  // fchmod() refuses such a descriptor. Linux 6.6 has a call that takes it; before, /proc has a path to it.
  retry_on_eintr(error, [&] { return call::fchmodat2(descriptor, "", mode, AT_EMPTY_PATH); });
  if (error != std::errc::function_not_supported && error != std::errc::operation_not_permitted) return;

  const descriptor_path path{descriptor};
  retry_on_eintr(error, [&] { return call::fchmodat(AT_FDCWD, path.c_str(), mode, 0); });
  if (error != std::errc::no_such_file_or_directory) return;

  // /proc is not mounted. By its name, if that is still its.
  const file_identity expected = identity(descriptor, error);
  if (!error && identity_at(name.directory, name.name, error) != expected && !error) error = errc::replaced;
  if (!error) retry_on_eintr(error, [&] { return call::fchmodat(name.directory, name.name, mode, 0); });
}

}  // namespace tempfile::inline v0_1::platform
