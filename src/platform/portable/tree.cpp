#include "platform/tree.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <cstring>

#include "platform/file.hpp"
#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

// Entering a directory of a tree that is being removed.

#if defined(O_SEARCH)
int search_flag() noexcept { return O_SEARCH; }
#else
int search_flag() noexcept { return O_RDONLY; }
#endif

lasting_identity lasting_identity_at(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] {
    return *name == '\0' ? call::fstat(parent, &status) : call::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW);
  });
  return error ? lasting_identity{} : lasting_identity{identity_of(status)};
}

file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  return open_on_same_device(parent, name, subdirectory_flags(), error);
}

file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name,
                                        std::optional<std::filesystem::perms>& mode_before,
                                        std::error_code& error) noexcept {
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW); });
  if (error) return {};
  if (!S_ISDIR(status.st_mode)) {
    error = std::make_error_code(std::errc::not_a_directory);
    return {};
  }
  retry_on_eintr(error, [&] {
    return call::fchmodat(parent, name, (status.st_mode & mode_bits_mask) | S_IRWXU, AT_SYMLINK_NOFOLLOW);
  });
  if (error) return {};
  mode_before = std::filesystem::perms{status.st_mode & mode_bits_mask};
  return open_subdirectory(parent, name, error);
}

namespace {

using std::filesystem::file_type;

#if defined(DT_UNKNOWN)
file_type type_of_entry(const dirent& entry) noexcept {
  if (entry.d_type == DT_UNKNOWN) return file_type::none;
  return entry.d_type == DT_DIR ? file_type::directory : file_type::unknown;
}
#else  // d_type came with POSIX.1-2024
file_type type_of_entry(const dirent&) noexcept { return file_type::none; }
#endif

}  // namespace

struct directory_reader::state {
  struct closer {
    void operator()(DIR* opened) const noexcept { ::closedir(opened); }
  };
  std::unique_ptr<DIR, closer> stream;
};

directory_reader::directory_reader(bool) : state_{std::make_unique<state>()} {}
directory_reader::~directory_reader() = default;

void directory_reader::start(native_handle_type directory, std::error_code& error) noexcept {
  state_->stream.reset();
  // A DIR owns its descriptor; the copy shares the position.
  file_handle copy{retry_on_eintr(error, [&] { return call::duplicate(directory); })};
  if (error) return;
  state_->stream.reset(call::fdopendir(copy.native_handle()));
  if (!state_->stream) {
    error = last_error();
    return;
  }
  static_cast<void>(copy.release());
}

void directory_reader::resume(native_handle_type directory, std::uint64_t position, std::error_code& error) noexcept {
  seek(directory, static_cast<std::int64_t>(position), std::ios_base::beg, error);
  if (!error) start(directory, error);
}

// What telldir() says holds for one DIR only (POSIX, seekdir()).
bool directory_reader::can_do_without_memory() noexcept { return false; }  // fdopendir() allocates
bool directory_reader::can_resume() noexcept { return false; }

bool directory_reader::is_likely_at_end() const noexcept { return false; }

std::uint64_t directory_reader::position() const noexcept { return 0; }

bool directory_reader::next(directory_entry& entry, std::error_code& error) noexcept {
  while (true) {
    errno = 0;  // the only way to tell the end from an error (readdir(3))
    const dirent* const found = call::readdir(state_->stream.get());
    if (found == nullptr) {
      error = last_error();
      state_->stream.reset();
      return false;
    }
    if (std::strcmp(found->d_name, ".") == 0 || std::strcmp(found->d_name, "..") == 0) continue;
    entry.name = found->d_name;
    entry.type = type_of_entry(*found);
    error.clear();
    return true;
  }
}

}  // namespace tempfile::inline v0_1::platform
