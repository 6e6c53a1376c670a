// Reads directories by getdents64() itself: readdir() needs a DIR, which is allocated and owns its descriptor.
#include <dirent.h>

#include <array>
#include <climits>
#include <cstddef>
#include <cstring>
#include <utility>

#include "platform/linux/calls.hpp"
#include "platform/posix/descriptor.hpp"

namespace tempfile::platform {
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

file_type type_of(std::uint8_t type) noexcept {
  if (type == DT_UNKNOWN) return file_type::none;
  return type == DT_DIR ? file_type::directory : file_type::unknown;
}

}  // namespace

struct directory_reader::state {
  int directory{-1};
  std::size_t next{};             // in the batch
  std::size_t end{};              // of the batch
  std::uint64_t next_position{};  // in the directory
  alignas(raw_entry) std::array<char, batch_size> batch;
};

directory_reader::directory_reader() : state_{new state} {}
directory_reader::~directory_reader() = default;

void directory_reader::start(native_handle_type directory, std::error_code& error) noexcept {
  error.clear();
  state_->directory = directory;
  state_->next = state_->end = 0;
  state_->next_position = 0;
}

void directory_reader::resume(native_handle_type directory, std::uint64_t position, std::error_code& error) noexcept {
  start(directory, error);
  state_->next_position = position;
  seek(directory, static_cast<std::int64_t>(position), std::ios_base::beg, error);
}

bool directory_reader::can_resume() noexcept { return true; }

bool directory_reader::is_likely_at_end() const noexcept {
  constexpr std::size_t longest_entry = (name_offset + NAME_MAX + 1 + 7) / 8 * 8;  // linux_dirent64 is aligned to 8
  return state_->next == state_->end && state_->end != 0 && state_->end + longest_entry <= batch_size;
}

std::uint64_t directory_reader::position() const noexcept { return state_->next_position; }

bool directory_reader::next(directory_entry& entry, std::error_code& error) noexcept {
  state& at = *state_;
  while (true) {
    if (at.next == at.end) {
      const ssize_t got =
          until_done(error, [&] { return call::getdents64(at.directory, at.batch.data(), batch_size); });
      at.next = 0;
      at.end = got > 0 ? static_cast<std::size_t>(got) : 0;
      if (at.end == 0) return false;
    }
    raw_entry raw;
    std::memcpy(&raw, at.batch.data() + at.next, name_offset);
    const char* const name = at.batch.data() + at.next + name_offset;
    const std::uint64_t position = std::exchange(at.next_position, static_cast<std::uint64_t>(raw.offset));
    at.next += raw.size;
    if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) continue;
    entry = {name, type_of(raw.type), position};
    error.clear();
    return true;
  }
}

}  // namespace tempfile::platform
