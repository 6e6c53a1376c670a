#include "platform/rename.hpp"

#include <fcntl.h>
#include <linux/fs.h>

#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// How kernels and file systems say that they don't do renameat2() with flags: ENOSYS before Linux 3.15, EINVAL the file
// system, EPERM a system call filter. Some of these also mean something else, which the other way will say as well.
bool means_unsupported(const std::error_code& error) noexcept {
  return error == std::errc::function_not_supported || error == std::errc::invalid_argument ||
         error == std::errc::operation_not_permitted;
}

}  // namespace

void rename_noreplace(const located& from, const located& to, std::error_code& error) noexcept {
  retry_on_eintr(error,
                 [&] { return call::renameat2(from.directory, from.name, to.directory, to.name, RENAME_NOREPLACE); });
  if (means_unsupported(error)) rename_by_reserving(from, to, error);
}

void exchange(const located& from, const located& to, std::error_code& error) noexcept {
  retry_on_eintr(error,
                 [&] { return call::renameat2(from.directory, from.name, to.directory, to.name, RENAME_EXCHANGE); });
  if (means_unsupported(error)) error = std::make_error_code(std::errc::operation_not_supported);
}

// By the descriptor alone only who may read every directory can (CAP_DAC_READ_SEARCH, before Linux 6.10), and all
// others hear ENOENT; by the path that /proc has to it everybody, where /proc is mounted.
void link_unnamed(native_handle_type file, native_handle_type directory, native_path to,
                  std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::linkat(file, "", directory, to, AT_EMPTY_PATH); });
  if (error != std::errc::no_such_file_or_directory) return;
  const descriptor_path path{file};
  retry_on_eintr(error, [&] { return call::linkat(AT_FDCWD, path.c_str(), directory, to, AT_SYMLINK_FOLLOW); });
  if (error) return;
  // /proc may be another process-id namespace's, where this path is another thread's.
  const file_identity original = identity(file, error);
  if (!error && identity_at(directory, to, error) == original && !error) return;
  std::error_code ignored;
  remove_file_at(directory, to, ignored);
  if (!error) error = std::make_error_code(std::errc::operation_not_supported);
}

}  // namespace tempfile::inline v0_1::platform
