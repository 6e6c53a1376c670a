#include "platform/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "platform/file.hpp"
#include "platform/linux/calls.hpp"
#include "platform/linux/path_descriptor.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

// Entering a directory of a tree that is being removed.

namespace {

constexpr std::uint64_t unknown_mount = 0;

// "mnt_id:" in what /proc tells of a descriptor (Linux 3.15).
std::uint64_t mount_id_by_proc(int descriptor) noexcept {
  const descriptor_path path{descriptor, "fdinfo"};
  std::error_code error;
  const file_handle info{
      retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC, 0); })};
  if (error) return unknown_mount;
  std::array<char, 1024> text{};
  const std::size_t size = read(info.native_handle(), std::as_writable_bytes(std::span{text}), error);
  constexpr std::string_view label = "mnt_id:\t";
  const std::string_view told{text.data(), size};
  const std::size_t at = told.find(label);
  std::uint64_t id = unknown_mount;
  if (!error && at != told.npos) std::from_chars(told.data() + at + label.size(), told.data() + told.size(), id);
  return id;
}

std::uint64_t mount_id(int descriptor) noexcept {
#if defined(STATX_MNT_ID)  // Linux 5.8, and as new headers
  struct statx status {};
  const bool is_told = call::statx(descriptor, "", AT_EMPTY_PATH, STATX_MNT_ID, status) == 0;
  if (is_told && (status.stx_mask & STATX_MNT_ID) != 0) return status.stx_mnt_id;
#endif
  return mount_id_by_proc(descriptor);
}

// Whether nothing is mounted on a directory, as far as rmdir(2) tells: that it is not empty is said only after that. It
// may be removed by this.
bool is_certainly_no_mount_point(int parent, const char* name) noexcept {
  std::error_code error;
  retry_on_eintr(error, [&] { return call::unlinkat(parent, name, AT_REMOVEDIR); });
  return error == std::errc::directory_not_empty || error == std::errc::file_exists;
}

// For systems without openat2(): by the identity of the mount. The device is the same for a bind mount, and is another
// for a sub-volume of btrfs, which is none.
file_handle open_on_same_mount(int parent, const char* name, int flags, std::error_code& error) noexcept {
  file_handle directory{retry_on_eintr(error, [&] { return call::openat(parent, name, flags, 0); })};
  if (error) return {};
  const std::uint64_t outer = mount_id(parent);
  const std::uint64_t inner = mount_id(directory.native_handle());
  const bool is_known = outer != unknown_mount && inner != unknown_mount;
  if (is_known ? outer == inner : is_certainly_no_mount_point(parent, name)) return directory;
  error = errc::mount_point;
  return {};
}

// openat2() refuses with EXDEV to cross a mount point, a bind mount of the same file system included (Linux 5.6).
int open_inside_mount(int parent, const char* name, int flags) noexcept {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_NO_XDEV;
  return call::openat2(parent, name, how);
}

file_handle open_checked(int parent, const char* name, int flags, std::error_code& error) noexcept {
  file_handle directory{retry_on_eintr(error, [&] { return open_inside_mount(parent, name, flags); })};
  switch (error.value()) {
    case ENOSYS:  // before Linux 5.6
    case EPERM:   // a system call filter that doesn't know the call
      directory = open_on_same_mount(parent, name, flags, error);
      break;
    case EXDEV:
      error = errc::mount_point;
      break;
    default:
      break;
  }
  // A symbolic link, by another of its errors.
  if (error.value() == ELOOP) error = std::make_error_code(std::errc::not_a_directory);
  return directory;
}

}  // namespace

// statx() is Linux 4.11; without it, or where a filter forbids it, the time of birth is not known.
lasting_identity lasting_identity_at(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  constexpr unsigned mask = STATX_TYPE | STATX_INO | STATX_BTIME;
  const int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
  struct statx status {};
  retry_on_eintr(error, [&] { return call::statx(parent, name, flags, mask, status); });
  if (error == std::errc::function_not_supported || error == std::errc::operation_not_permitted) {
    struct stat known {};
    retry_on_eintr(error, [&] { return call::fstatat(parent, name, &known, flags); });
    return error ? lasting_identity{} : lasting_identity{identity_of(known)};
  }
  if (error) return {};
  lasting_identity found{
      {makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino, type_of(status.stx_mode)}};
  if ((status.stx_mask & STATX_BTIME) != 0) {
    found.born = status.stx_btime.tv_sec * 1'000'000'000 + status.stx_btime.tv_nsec;
  }
  return found;
}

int search_flag() noexcept { return O_PATH; }

file_handle open_subdirectory(native_handle_type parent, native_path name, std::error_code& error) noexcept {
  return open_checked(parent, name, subdirectory_flags(), error);
}

file_handle open_forbidden_subdirectory(native_handle_type parent, native_path name,
                                        std::optional<std::filesystem::perms>& mode_before,
                                        std::error_code& error) noexcept {
  const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const file_handle directory = open_checked(parent, name, flags, error);  // what is mounted is not changed either
  if (error) return {};
  struct stat status {};
  retry_on_eintr(error, [&] { return call::fstat(directory.native_handle(), &status); });
  if (error) return {};
  set_mode_of_path_descriptor(directory.native_handle(), {parent, name}, (status.st_mode & mode_bits_mask) | S_IRWXU,
                              error);
  if (error) return {};
  mode_before = std::filesystem::perms{status.st_mode & mode_bits_mask};
  // "." of what has just been changed would cross a mount that the name leads into; the name tells.
  return open_subdirectory(parent, name, error);
}

// Reads directories by getdents64() itself: readdir() needs a DIR, which is allocated and owns its descriptor.

namespace {

using std::filesystem::file_type;

// glibc's own size for readdir(): large enough that the call's fixed cost doesn't show.
constexpr std::size_t batch_size = std::size_t{32} * 1024;

// struct linux_dirent64 of getdents64(2), which no header declares.
struct raw_entry {
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t size;
  std::uint8_t type;
};
constexpr std::size_t name_offset = offsetof(raw_entry, type) + 1;

file_type type_of_entry(std::uint8_t type) noexcept {
  if (type == DT_UNKNOWN) return file_type::none;
  return type == DT_DIR ? file_type::directory : file_type::unknown;
}

// As much of a larger directory as is put in order at a time: 100,000 names. (Measured on ext4 with so many files: a
// fourth of it gains half as much.)
constexpr std::size_t window_size = std::size_t{4096} * 1024;
constexpr std::size_t longest_entry = (name_offset + NAME_MAX + 1 + 7) / 8 * 8;  // linux_dirent64 is aligned to 8

raw_entry entry_at(const char* place) noexcept {
  raw_entry entry;
  std::memcpy(&entry, place, name_offset);
  return entry;
}

bool is_self_or_parent(const char* name) noexcept {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

}  // namespace

// Entries that have been read, in one of two buffers, and are handed out one after the other; or, if there is an order,
// in that.
struct directory_reader::state {
  struct inode_place {
    std::uint64_t inode;
    std::size_t place;  // of its entry, in bytes

    friend bool operator<(const inode_place& left, const inode_place& right) noexcept {
      return left.inode < right.inode;
    }
  };

  explicit state(bool allocating) : may_allocate{allocating} {}

  int directory{-1};
  bool may_allocate;
  bool left_room{};  // the last read did
  std::span<const char> entries;
  std::size_t next{};             // in the entries, in bytes, or in the order
  std::uint64_t next_position{};  // in the directory; while there is an order, where the entries begin
  std::uint64_t end_position{};   // of an order
  std::vector<inode_place> order;
  std::unique_ptr<char[]> window;
  alignas(raw_entry) std::array<char, batch_size> batch;

  [[nodiscard]] bool is_used_up() const noexcept { return next == (order.empty() ? entries.size() : order.size()); }

  void forget() noexcept {
    entries = {};
    order.clear();
    next = 0;
  }

  void refill(std::error_code& error) noexcept {
    forget();
    entries = {batch.data(), read(batch, error)};
    if (left_room || !may_allocate) return;
    try {
      put_in_order();
    } catch (const std::bad_alloc&) {
      order.clear();
    }
  }

  std::size_t read(std::span<char> buffer, std::error_code& error) noexcept {
    const ssize_t got =
        retry_on_eintr(error, [&] { return call::getdents64(directory, buffer.data(), buffer.size()); });
    const std::size_t size = got > 0 ? static_cast<std::size_t>(got) : 0;
    left_room = size + longest_entry <= buffer.size();
    return size;
  }

  // ext4 lists names in the order of their hashes; what it knows of files lies in the order of their inodes. Files
  // only: for directories a caller stops halfway, and what comes next has a position only if nothing was put in order.
  void put_in_order() {
    if (!add_to_order(0) || !are_scattered(order)) {
      order.clear();
      return;
    }
    if (window == nullptr) window.reset(new char[window_size]);
    std::memcpy(window.get(), entries.data(), entries.size());
    entries = {window.get(), entries.size()};
    while (window_size - entries.size() >= longest_entry) {
      const std::size_t before = entries.size();
      std::error_code ignored;  // it comes again
      entries = {window.get(), before + read({window.get() + before, window_size - before}, ignored)};
      if (entries.size() == before) break;
      if (!add_to_order(before)) {
        order.clear();
        return;
      }
    }
    std::sort(order.begin(), order.end());
  }

  // Whether inodes follow neither upwards nor downwards.
  static bool are_scattered(const std::vector<inode_place>& inodes) noexcept {
    std::size_t descents = 0;
    for (std::size_t i = 1; i < inodes.size(); ++i) descents += inodes[i] < inodes[i - 1] ? 1 : 0;
    const std::size_t few = inodes.size() / 4;
    return descents > few && descents < inodes.size() - few;
  }

  // Returns false if a directory, or what may be one, is among the entries from `place` on.
  bool add_to_order(std::size_t place) {
    while (place < entries.size()) {
      const raw_entry entry = entry_at(&entries[place]);
      end_position = static_cast<std::uint64_t>(entry.offset);
      if (!is_self_or_parent(&entries[place] + name_offset)) {
        if (entry.type == DT_UNKNOWN || entry.type == DT_DIR) return false;
        order.push_back({entry.inode, place});
      }
      place += entry.size;
    }
    return true;
  }

  // Returns the place of the next entry, of which there is one, and its position.
  const char* take(std::uint64_t& position) noexcept {
    position = next_position;
    if (!order.empty()) {
      const char* const found = &entries[order[next++].place];
      if (is_used_up()) next_position = end_position;
      return found;
    }
    const char* const found = &entries[next];
    const raw_entry entry = entry_at(found);
    next += entry.size;
    next_position = static_cast<std::uint64_t>(entry.offset);
    return found;
  }
};

directory_reader::directory_reader(bool may_allocate) : state_{new state{may_allocate}} {}
directory_reader::~directory_reader() = default;

void directory_reader::start(native_handle_type directory, std::error_code& error) noexcept {
  error.clear();
  state_->forget();
  state_->directory = directory;
  state_->next_position = 0;
}

void directory_reader::resume(native_handle_type directory, std::uint64_t position, std::error_code& error) noexcept {
  start(directory, error);
  state_->next_position = position;
  seek(directory, static_cast<std::int64_t>(position), std::ios_base::beg, error);
}

bool directory_reader::can_do_without_memory() noexcept { return true; }
bool directory_reader::can_resume() noexcept { return true; }

bool directory_reader::is_likely_at_end() const noexcept {
  return state_->is_used_up() && !state_->entries.empty() && state_->left_room;
}

std::uint64_t directory_reader::position() const noexcept { return state_->next_position; }

bool directory_reader::next(directory_entry& entry, std::error_code& error) noexcept {
  error.clear();
  while (true) {
    if (state_->is_used_up()) state_->refill(error);
    if (state_->is_used_up()) return false;
    const char* const found = state_->take(entry.position);
    entry.name = found + name_offset;
    entry.type = type_of_entry(entry_at(found).type);
    if (!is_self_or_parent(entry.name)) return true;
  }
}

}  // namespace tempfile::inline v0_1::platform
