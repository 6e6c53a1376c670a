#include "platform/lease.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <span>
#include <string_view>

#include "platform/file.hpp"
#include "platform/linux/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

// From the kernel's sources; linux/magic.h has these two only as of late, or not at all.
constexpr std::uint64_t xfs_magic = 0x58465342;
constexpr std::uint64_t f2fs_magic = 0xf2f52010;

std::uint64_t kind_of_file_system(native_handle_type file, std::error_code& error) noexcept {
  struct statfs status {};
  retry_on_eintr(error, [&] { return call::fstatfs(file, status); });
  return static_cast<std::uint32_t>(status.f_type);  // a signed word on some architectures
}

// btrfs writes elsewhere what is overwritten, and where the disk is full a store into a mapping ends in SIGBUS. With
// this flag, which only an empty file takes, it writes in place. An overlay may have btrfs below, and gives the flag to
// it; what else may be there doesn't know the flag.
void forbid_copy_on_write(native_handle_type file, std::error_code& error) noexcept {
  const std::uint64_t kind = kind_of_file_system(file, error);
  if (error || (kind != BTRFS_SUPER_MAGIC && kind != OVERLAYFS_SUPER_MAGIC)) return;
  retry_on_eintr(error, [&] { return call::set_inode_flags(file, FS_NOCOW_FL); });
  if (kind == OVERLAYFS_SUPER_MAGIC) error.clear();
}

file_handle create_unnamed(native_handle_type directory, std::error_code& error) noexcept {
  const int flags = O_TMPFILE | O_RDWR | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(directory, ".", flags, S_IRUSR | S_IWUSR); })};
}

file_handle create_named(native_handle_type directory, native_path name, std::error_code& error) noexcept {
  const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return file_handle{retry_on_eintr(error, [&] { return call::openat(directory, name, flags, S_IRUSR | S_IWUSR); })};
}

// Between its creation and its lock a named file looks like a dead process's, which a sweeper locks and removes.
void check_still_named(native_handle_type file, std::error_code& error) noexcept {
  const file_status status = status_of(file, error);
  if (!error && status.names == 0) error = std::make_error_code(std::errc::resource_unavailable_try_again);
}

template <std::size_t Size>
std::size_t read_small_file(const char* path, std::array<char, Size>& text) noexcept {
  std::error_code error;
  const file_handle file{retry_on_eintr(error, [&] { return call::openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0); })};
  if (error) return 0;
  const std::size_t size = read(file.native_handle(), std::as_writable_bytes(std::span{text}), error);
  return error ? 0 : size;
}

// A line of text, without its end, as far as there is room for it and a NUL.
template <std::size_t Size>
std::array<char, Size> line_of(const char* path) noexcept {
  std::array<char, Size> line{};
  const std::size_t size = std::min(read_small_file(path, line), Size - 1);
  line.at(size) = '\0';
  std::replace(line.begin(), line.end(), '\n', '\0');
  return line;
}

using proc_path = std::array<char, 40>;
proc_path path_in_proc(std::uint64_t process, const char* file) noexcept {
  proc_path path{};
  std::snprintf(path.data(), path.size(), "/proc/%llu/%s", static_cast<unsigned long long>(process), file);
  return path;
}

}  // namespace

storage storage_of_mapped_files(native_handle_type directory, std::error_code& error) noexcept {
  const std::uint64_t kind = kind_of_file_system(directory, error);
  if (error) return {};
  switch (kind) {
    case TMPFS_MAGIC:
      return storage::memory;
    case EXT4_SUPER_MAGIC:  // and its predecessors
    case xfs_magic:
    case f2fs_magic:
    case BTRFS_SUPER_MAGIC:
    case OVERLAYFS_SUPER_MAGIC:
      return storage::disk;
    default:
      error = std::make_error_code(std::errc::operation_not_supported);
      return {};
  }
}

locked_file create_locked_file(native_handle_type directory, native_path name, std::error_code& error) noexcept {
  locked_file file{.handle = create_unnamed(directory, error)};
  // Any refusal may mean that there is no O_TMPFILE here; the true reason comes again.
  if (error) file = {.handle = create_named(directory, name, error), .has_name = true};
  if (error) return {};
  lock(file.handle.native_handle(), lock_kind::exclusive, error);
  if (!error) retry_on_eintr(error, [&] { return call::fchmod(file.handle.native_handle(), S_IRUSR | S_IWUSR); });
  if (!error && file.has_name) check_still_named(file.handle.native_handle(), error);
  if (!error) forbid_copy_on_write(file.handle.native_handle(), error);
  if (!error) return file;
  if (file.has_name && error != std::errc::resource_unavailable_try_again) {
    call::unlinkat(directory, name, 0);
  }
  return {};
}

void allocate(native_handle_type file, std::uint64_t begin, std::size_t size, std::error_code& error) noexcept {
  // Beyond its limit fallocate(2) sends SIGXFSZ, which ends the process.
  rlimit limit{};
  retry_on_eintr(error, [&] { return call::file_size_limit(limit); });
  if (!error && limit.rlim_cur != RLIM_INFINITY && begin + size > limit.rlim_cur) {
    error = std::make_error_code(std::errc::file_too_large);
  }
  if (error) return;
  retry_on_eintr(error, [&] { return call::fallocate(file, static_cast<off_t>(begin), static_cast<off_t>(size)); });
}

void* map_file(native_handle_type file, std::uint64_t begin, std::size_t size, std::error_code& error) noexcept {
  // A page is 64 KiB on some machines, while parts begin at multiples of 4 KiB.
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t before = begin % page;
  void* const memory = call::map_file(file, static_cast<off_t>(begin - before), size + before);
  if (memory == nullptr) {
    error = last_error();
    return nullptr;
  }
  error.clear();
  return static_cast<std::byte*>(memory) + before;
}

void write_back_file(native_handle_type file, write_back how) noexcept {
  const unsigned flags = SYNC_FILE_RANGE_WRITE | (how == write_back::start_surely ? SYNC_FILE_RANGE_WAIT_BEFORE : 0U);
  // An error is not ours to report: what it asks for is done by the kernel half a minute later anyway.
  call::sync_file_range(file, 0, 0, flags);  // to the end
}

void flush_mapped(const void* memory, std::size_t size, std::error_code& error) noexcept {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t before = reinterpret_cast<std::uintptr_t>(memory) % page;
  auto* const begin = static_cast<std::byte*>(const_cast<void*>(memory)) - before;
  retry_on_eintr(error, [&] { return call::sync_mapped(begin, size + before); });
}

// Field 22 of /proc/PID/stat; the third is the state. The second, a name in brackets, may hold anything, brackets
// included.
std::uint64_t start_of_process(std::uint64_t id) noexcept {
  std::array<char, 1024> text{};
  const std::size_t size = read_small_file(path_in_proc(id, "stat").data(), text);
  std::string_view left{text.data(), size};
  const std::size_t name_end = left.rfind(')');
  if (name_end == left.npos || name_end + 2 >= left.size()) return 0;
  left.remove_prefix(name_end + 2);
  const char state = left.front();
  if (state == 'Z' || state == 'X') return 0;
  constexpr int fields_from_state_to_start = 19;
  for (int i = 0; i < fields_from_state_to_start; ++i) {
    const std::size_t next = left.find(' ');
    if (next == left.npos) return 0;
    left.remove_prefix(next + 1);
  }
  std::uint64_t start = 0;
  std::from_chars(left.data(), left.data() + left.size(), start);
  return start;
}

process_name name_of_process(std::uint64_t id) noexcept {
  return line_of<std::tuple_size_v<process_name>>(path_in_proc(id, "comm").data());
}

boot_mark current_boot() noexcept { return line_of<std::tuple_size_v<boot_mark>>("/proc/sys/kernel/random/boot_id"); }

}  // namespace tempfile::inline v0_1::platform
