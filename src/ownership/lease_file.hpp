// This process's lease: a file that holds its table of owned names, and is locked as long as it lives, so that another
// process can tell that it is gone, and what it has left.
#pragma once

#include <tempfile/lease.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/failure.hpp"
#include "ownership/lease_format.hpp"
#include "ownership/name_slot.hpp"
#include "ownership/slot_pool.hpp"
#include "platform/lease.hpp"

namespace tempfile::inline v0_1::internal {

// The name of the directory for the leases of this process's user, and whether a name in it is one of a lease.
fs::path::string_type lease_directory_name();
bool is_lease_name(std::basic_string_view<fs::path::value_type> name) noexcept;

// Part of a table, in memory that a forked child has a copy of; its mappings are shared, and so is its lock.
class lease_file final : public chunk_source {
 public:
  lease_file() noexcept = default;
  lease_file(const lease_file&) = delete;
  lease_file& operator=(const lease_file&) = delete;
  ~lease_file() override = default;  // the mappings stay

  // Makes it, in the lease directory of `directory`, an absolute path. It gets its name only when it is locked and
  // whole. On failure nothing is left behind, the lease directory apart.
  // `slots`: how many the first chunk of the smallest class has.
  void create(const fs::path& directory, power_loss after_power_loss, std::uint32_t slots, failure& failed);
  // Whether it has been made.
  [[nodiscard]] bool exists() const noexcept { return exists_.load(std::memory_order_acquire); }
  // Where slots lie. Null once the file can't grow, which goes to the cleanup error hook the first time.
  void* map_chunk(std::uint32_t slot_class, std::uint32_t chunk, std::uint32_t slots,
                  std::size_t size) noexcept override;
  // Whether write_back() is to be called.
  [[nodiscard]] bool is_written_back() const noexcept {
    return storage_ == platform::storage::disk && after_power_loss_ != power_loss::off;
  }
  // A name has been recorded, at this platform::coarse_time(), and is about to be created: sends the record to the disk
  // before the name can get there.
  void write_back(std::int64_t recorded) noexcept;
  // A name is somebody else's from now on: on a disk, waits until no power cut brings the record back.
  void flush(const name_slot& slot, std::size_t slot_class) const noexcept;
  // Another process, its copy's, holds it from now on.
  void take_over() noexcept;
  // Nothing is recorded any more. Async-signal-safe.
  void remove() noexcept;

 private:
  void create_in(native_handle_type lease_directory, const fs::path& directory, std::uint32_t slots, failure& failed);
  platform::locked_file create_locked(native_handle_type lease_directory, fs::path::string_type& name,
                                      failure& failed) const;
  void fill(native_handle_type file, const fs::path& directory, std::uint32_t slots, std::error_code& error);
  void publish(native_handle_type lease_directory, native_handle_type file, fs::path::string_type& name,
               std::error_code& error) const;
  std::byte* add_extent(native_handle_type file, std::uint32_t slot_class, std::uint32_t chunk, std::uint32_t slots,
                        std::error_code& error) noexcept;
  file_handle open_again(std::error_code& error) const noexcept;
  void report(const std::error_code& error) const noexcept;

  std::atomic<bool> exists_{false};
  std::atomic<bool> is_growing_{false};
  std::atomic<bool> is_full_{false};
  std::atomic<std::int64_t> written_back_{0};  // when
  platform::storage storage_{platform::storage::memory};
  power_loss after_power_loss_{power_loss::on};
  // Only to write back: should somebody have closed it and opened another file, that does no harm.
  native_handle_type handle_{no_native_handle};
  platform::file_identity identity_{};
  lease_header* header_{};
  std::uint64_t end_{};
  std::array<std::array<std::atomic<std::byte*>, slot_pool::max_chunks>, slot_classes> chunks_{};
  std::array<fs::path::value_type, max_path_size> path_{};
};

}  // namespace tempfile::inline v0_1::internal
