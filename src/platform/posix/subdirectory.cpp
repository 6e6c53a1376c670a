// Entering a directory of a tree that is being removed.
#include <fcntl.h>

#include "platform/posix/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::inline v0_1::platform {

#if defined(O_SEARCH)
int directory_search_flags() noexcept { return O_SEARCH; }
#else
int directory_search_flags() noexcept { return O_RDONLY; }
#endif

file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  return open_on_same_device(parent, name, subdirectory_flags(), error);
}

file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name,
                                        std::optional<std::filesystem::perms>& mode_before,
                                        std::error_code& error) noexcept {
  struct stat status {};
  until_done(error, [&] { return call::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return {};
  if (!S_ISDIR(status.st_mode)) {
    error = std::make_error_code(std::errc::not_a_directory);
    return {};
  }
  until_done(error,
             [&] { return call::fchmodat(parent, name, (status.st_mode & 07777U) | S_IRWXU, AT_SYMLINK_NOFOLLOW); });
  if (error) return {};
  mode_before = std::filesystem::perms{status.st_mode & 07777U};
  return open_subdirectory(parent, name, error);
}

}  // namespace tempfile::inline v0_1::platform
