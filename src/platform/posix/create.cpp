#include "platform/create.hpp"

#include <fcntl.h>

#include <algorithm>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

bool may_be_in_a_name(std::string_view part) noexcept {
  return std::none_of(part.begin(), part.end(), [](char c) { return c == '/' || c == '\0'; });
}

}  // namespace

bool may_begin_a_name(std::string_view prefix) noexcept { return may_be_in_a_name(prefix); }
bool may_end_a_name(std::string_view suffix) noexcept { return may_be_in_a_name(suffix); }

// Without a mode there is no look at what was created: the umask, or an access control list that the directory has for
// new files, can only take away from the mode that the call is given.

file_handle create_file(native_path path, const create_options& options, std::error_code& error) noexcept {
  const mode_t mode = mode_bits(options.mode.value_or(default_file_mode));
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | (options.inheritable ? 0 : O_CLOEXEC);
  file_handle file{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, flags, mode); })};
  if (error || !options.mode) return file;
  retry_on_eintr(error, [&] { return call::fchmod(file.native_handle(), mode); });
  if (!error) return file;
  std::error_code ignored;
  remove_file(path, ignored);
  return {};
}

void create_directory(native_path path, const create_options& options, std::error_code& error) noexcept {
  const mode_t mode = mode_bits(options.mode.value_or(default_directory_mode));
  retry_on_eintr(error, [&] { return call::mkdirat(AT_FDCWD, path, mode); });
  if (error || !options.mode) return;
  set_directory_mode(path, mode, error);
  std::error_code ignored;
  if (error) remove_directory(path, ignored);
}

}  // namespace tempfile::inline v0_1::platform
