#include "ownership/lease_file.hpp"

#include <tempfile/error.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <thread>

#include "names/random_name.hpp"
#include "ownership/cleanup_hook.hpp"
#include "platform/file.hpp"
#include "platform/process.hpp"
#include "platform/rename.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

constexpr fs::path::value_type first_of_lease_name = 'l';

// Only for one chunk at a time, which is made a few times in a process's life. A forked child has a table of its own,
// so it never finds this taken by a thread that it doesn't have.
class growth_lock {
 public:
  explicit growth_lock(std::atomic<bool>& is_growing) noexcept : is_growing_{is_growing} {
    while (is_growing_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  growth_lock(const growth_lock&) = delete;
  growth_lock& operator=(const growth_lock&) = delete;
  ~growth_lock() { is_growing_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool>& is_growing_;
};

fs::path::string_type random_lease_name(std::error_code& error) {
  const random_text random = random_name(error);
  fs::path::string_type name{first_of_lease_name};
  name.append(random.begin(), random.end());
  return name;
}

}  // namespace

fs::path::string_type lease_directory_name() {
  const std::string name = ".tempfile-" + std::to_string(platform::user_id());
  return fs::path::string_type{name.begin(), name.end()};
}

bool is_lease_name(std::basic_string_view<fs::path::value_type> name) noexcept {
  return name.size() == 1 + random_characters && name.front() == first_of_lease_name;
}

// --- making it -------------------------------------------------------------------------------------------------------

void lease_file::create(const fs::path& directory, power_loss after_power_loss, std::uint32_t slots, failure& failed) {
  after_power_loss_ = after_power_loss;
  failed.path = directory / lease_directory_name();
  const file_handle lease_directory = platform::open_private_directory(failed.path.c_str(), true, failed.code);
  if (!failed) storage_ = platform::storage_of_mapped_files(lease_directory.native_handle(), failed.code);
  if (!failed) create_in(lease_directory.native_handle(), directory, slots, failed);
  if (!failed) failed.path.clear();
}

// Whoever sees the file under its name finds it locked.
void lease_file::create_in(native_handle_type lease_directory, const fs::path& directory, std::uint32_t slots,
                           failure& failed) {
  fs::path::string_type name;
  platform::locked_file file = create_locked(lease_directory, name, failed);
  if (failed) return;
  fill(file.handle.native_handle(), directory, slots, failed.code);
  if (!failed) identity_ = platform::identity(file.handle.native_handle(), failed.code);
  if (!failed && !file.has_name) publish(lease_directory, file.handle.native_handle(), name, failed.code);
  const fs::path path = failed.path / name;
  if (!failed && path.native().size() >= path_.size()) failed.code = std::make_error_code(std::errc::filename_too_long);
  if (failed) {
    std::error_code ignored;
    if (file.has_name) platform::remove_file_at(lease_directory, name.c_str(), ignored);
    return;
  }
  std::copy(path.native().begin(), path.native().end(), path_.begin());
  handle_ = file.handle.release();
  exists_.store(true, std::memory_order_release);
}

platform::locked_file lease_file::create_locked(native_handle_type lease_directory, fs::path::string_type& name,
                                                failure& failed) const {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    failed.code.clear();
    name = random_lease_name(failed.code);
    platform::locked_file file;
    if (!failed) file = platform::create_locked_file(lease_directory, name.c_str(), failed.code);
    const bool is_taken =
        failed.code == std::errc::file_exists || failed.code == std::errc::resource_unavailable_try_again;
    if (!is_taken) return file;
  }
  failed.code = errc::no_unused_name;
  return {};
}

// What is mapped stays mapped even if there is to be no lease: that happens once.
void lease_file::fill(native_handle_type file, const fs::path& directory, std::uint32_t slots, std::error_code& error) {
  if (directory.native().size() >= lease_block) {
    error = std::make_error_code(std::errc::filename_too_long);
    return;
  }
  platform::allocate(file, 0, lease_extents_offset, error);
  if (error) return;
  void* const memory = platform::map_file(file, 0, lease_extents_offset, error);
  if (error) return;
  header_ = new (memory) lease_header{new_lease_header(directory)};
  std::memcpy(static_cast<std::byte*>(memory) + lease_directory_offset, directory.c_str(),
              (directory.native().size() + 1) * sizeof(fs::path::value_type));
  end_ = lease_extents_offset;
  add_extent(file, 0, 0, slots, error);
}

void lease_file::publish(native_handle_type lease_directory, native_handle_type file, fs::path::string_type& name,
                         std::error_code& error) const {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    platform::link_unnamed(file, lease_directory, name.c_str(), error);
    if (error != std::errc::file_exists) return;
    name = random_lease_name(error);
    if (error) return;
  }
}

// --- slots -----------------------------------------------------------------------------------------------------------

std::byte* lease_file::add_extent(native_handle_type file, std::uint32_t slot_class, std::uint32_t chunk,
                                  std::uint32_t slots, std::error_code& error) noexcept {
  const extent_header header = new_extent_header(slot_class, chunk, slots);
  const std::size_t size = lease_block + static_cast<std::size_t>(header.size);
  platform::allocate(file, end_, size, error);
  if (error) return nullptr;
  void* const memory = platform::map_file(file, end_, size, error);
  if (error) return nullptr;
  new (memory) extent_header{header};
  std::byte* const begin = static_cast<std::byte*>(memory) + lease_block;
  chunks_.at(slot_class).at(chunk).store(begin, std::memory_order_release);
  end_ += size;
  return begin;
}

// By its name, because what was opened may have been closed, and its number be another file's, to which this would
// write.
file_handle lease_file::open_again(std::error_code& error) const noexcept {
  file_handle file = platform::open_nofollow(path_.data(), platform::access::read_write, error);
  if (error) return {};
  if (platform::identity(file.native_handle(), error) == identity_ && !error) return file;
  if (!error) error = errc::replaced;
  return {};
}

void* lease_file::map_chunk(std::uint32_t slot_class, std::uint32_t chunk, std::uint32_t slots, std::size_t) noexcept {
  if (!exists()) return nullptr;
  const growth_lock locked{is_growing_};
  if (std::byte* const mapped = chunks_.at(slot_class).at(chunk).load(std::memory_order_acquire)) return mapped;
  if (is_full_.load(std::memory_order_relaxed)) return nullptr;
  std::error_code error;
  const file_handle file = open_again(error);
  std::byte* const made = error ? nullptr : add_extent(file.native_handle(), slot_class, chunk, slots, error);
  if (error) {
    is_full_.store(true, std::memory_order_relaxed);
    report(error);
  }
  return made;
}

void lease_file::report(const std::error_code& error) const noexcept {
  try {
    report_cleanup_error(path_.data(), error);
  } catch (const std::bad_alloc&) {
    report_cleanup_error({}, error);
  }
}

// A write to a disk that is quick costs as much as to create a file, and one that is slow takes no second write of the
// same page meanwhile. So all that has been recorded is written back once in a tick of the coarse clock (1 to 10 ms),
// which is far below the five seconds after which ext4, say, writes the names. The first time that includes the
// headers.
void lease_file::write_back(std::int64_t recorded) noexcept {
  if (after_power_loss_ == power_loss::strict) {
    platform::write_back_file(handle_, platform::write_back::start_surely);
  } else if (written_back_.exchange(recorded, std::memory_order_relaxed) != recorded) {
    platform::write_back_file(handle_, platform::write_back::start);
  }
}

void lease_file::flush(const name_slot& slot, std::size_t slot_class) const noexcept {
  if (storage_ == platform::storage::memory) return;
  std::error_code error;
  platform::flush_mapped(&slot, slot_sizes[slot_class], error);
  if (error) report(error);
}

// --- its end ---------------------------------------------------------------------------------------------------------

void lease_file::take_over() noexcept {
  is_growing_.store(false, std::memory_order_relaxed);
  if (exists()) set_holder(*header_);
}

void lease_file::remove() noexcept {
  if (!exists_.exchange(false, std::memory_order_acq_rel)) return;
  std::error_code ignored;  // then it is one that holds nothing, which whoever sweeps removes
  platform::remove_file(path_.data(), ignored);
}

}  // namespace tempfile::inline v0_1::internal
