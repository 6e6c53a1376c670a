#include "platform/rename.hpp"

#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// How file systems say that a file has one name only: EPERM by POSIX, the others in practice (FAT, some of FUSE).
bool means_without_links(const std::error_code& error) noexcept {
  return error == std::errc::operation_not_permitted || error == std::errc::operation_not_supported ||
         error == std::errc::too_many_links || error == std::errc::function_not_supported;
}

// Takes a name that nothing has, with an empty file or directory, so that one process can rename over it. Returns the
// file; nothing for a directory.
file_handle reserve(const located& name, bool for_directory, std::error_code& error) noexcept {
  if (for_directory) {
    retry_on_eintr(error, [&] { return call::mkdirat(name.directory, name.name, S_IRWXU); });
    return {};
  }
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return file_handle{
      retry_on_eintr(error, [&] { return call::openat(name.directory, name.name, flags, S_IRUSR | S_IWUSR); })};
}

// Unless somebody else has put something of theirs there meanwhile: a directory that is not empty stays by itself.
void remove_reserved(const located& name, const file_handle& empty) noexcept {
  std::error_code failed;  // the error that matters is the one before
  if (!empty.is_open()) {
    remove_directory_at(name.directory, name.name, failed);
    return;
  }
  const file_identity ours = identity(empty.native_handle(), failed);
  if (failed || identity_at(name.directory, name.name, failed) != ours || failed) return;
  remove_file_at(name.directory, name.name, failed);
}

// Gives a file its second name and takes away its first.
void rename_by_linking(const located& from, const located& to, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::linkat(from.directory, from.name, to.directory, to.name, 0); });
  if (error) return;
  remove_file_at(from.directory, from.name, error);
  if (error == std::errc::no_such_file_or_directory) error.clear();
  std::error_code ignored;
  if (error) remove_file_at(to.directory, to.name, ignored);  // the old name is as good as both
}

}  // namespace

void rename(const located& from, const located& to, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::renameat(from.directory, from.name, to.directory, to.name); });
}

void rename_by_reserving(const located& from, const located& to, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(from.directory, from.name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  const bool is_directory = S_ISDIR(status.st_mode);
  if (!is_directory) {
    rename_by_linking(from, to, error);
    if (!means_without_links(error)) return;
  }
  const file_handle empty = reserve(to, is_directory, error);
  if (error) return;
  rename(from, to, error);
  if (error) remove_reserved(to, empty);
}

}  // namespace tempfile::inline v0_1::platform
