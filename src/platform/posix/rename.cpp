#include "platform/rename.hpp"

#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {
void rename(const located& from, const located& to, std::error_code& error) noexcept {
  retry_on_eintr(error, [&] { return call::renameat(from.directory, from.name, to.directory, to.name); });
}

void rename_by_reserving(const located& from, const located& to, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(from.directory, from.name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return;
  std::error_code ignored;
  if (!S_ISDIR(status.st_mode)) {
    retry_on_eintr(error, [&] { return call::linkat(from.directory, from.name, to.directory, to.name, 0); });
    if (error) return;
    remove_file_at(from.directory, from.name, error);
    if (error == std::errc::no_such_file_or_directory) error.clear();
    if (error) remove_file_at(to.directory, to.name, ignored);  // the old name is as good as both
    return;
  }
  // A directory has one name only; but it may replace an empty one, which only one process can make.
  retry_on_eintr(error, [&] { return call::mkdirat(to.directory, to.name, S_IRWXU); });
  if (error) return;
  rename(from, to, error);
  if (error) remove_directory_at(to.directory, to.name, ignored);
}

}  // namespace tempfile::inline v0_1::platform
