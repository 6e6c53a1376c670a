// The table of the names that this process owns. A name is recorded before it is created and freed after it is removed,
// so that whoever cleans up at any instant, exit() or a signal handler, finds all there is.
#pragma once

#include <tempfile/temporary_path.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "base/failure.hpp"
#include "ownership/lease_file.hpp"
#include "ownership/name_slot.hpp"
#include "ownership/slot_pool.hpp"

namespace tempfile::inline v0_1::internal {

class name_table {
 public:
  // The calling process's table; null if it has none. Async-signal-safe. A child that shares all of its parent's memory
  // (vfork) finds its parent's: see is_of_this_process_id().
  static name_table* find() noexcept;
  // Makes the calling process's table; null if there is no memory.
  static name_table* make() noexcept;
  [[nodiscard]] bool is_of_this_process_id() const noexcept;
  // As tempfile::hand_over() and take_over() say.
  static void hand_over() noexcept;
  [[nodiscard]] static bool take_over() noexcept;

  // A lease is taken once, by the first thread that comes; what that creates meanwhile is not in the lease. Then, if
  // there is one, some thread sweeps.
  [[nodiscard]] bool has_leasing_to_do() const noexcept {
    return leasing_.load(std::memory_order_acquire) != leasing_done;
  }
  // Whether the calling thread is to try, and then to call end_to_lease(). If another thread does, waits for it.
  [[nodiscard]] bool begin_to_lease() noexcept;
  void end_to_lease() noexcept;
  // After a failure: begin_to_lease() is true once more.
  void retry_to_lease() noexcept;
  [[nodiscard]] bool begin_to_sweep() noexcept;
  void take_lease(const fs::path& directory, power_loss after_power_loss, failure& failed);
  [[nodiscard]] bool has_lease() const noexcept { return lease_.exists(); }
  // Gives the lease up, if it holds nothing. Async-signal-safe, while the table is closed.
  void drop_lease() noexcept;

  // Records `path`, which is about to be created if `state` is `creating`, and else exists.
  name_record record(const fs::path& path, name_state state, const name_description& name,
                     std::error_code& error) noexcept;
  // The name of a `creating` record exists. False if somebody cleans up, who may have missed it: then the caller has to
  // remove it.
  [[nodiscard]] bool confirm(name_record& record, name_state state) noexcept;
  // Waits while somebody cleans up, which few processes survive. On return without an error names can be recorded.
  void wait_until_open(std::error_code& error) const noexcept;

  // Who claims a record may remove its name, and nobody else. False if somebody else has.
  [[nodiscard]] static bool claim(const name_record& record) noexcept;
  // The name of a claimed record could not be removed: it is owned as before.
  static void unclaim(const name_record& record) noexcept;
  // The name of a claimed record is gone.
  void free_claimed(const name_record& record) noexcept;
  // The name of a record that is not claimed is nobody's any more. It stays, unless somebody else has claimed it.
  void release(const name_record& record) noexcept;
  // The same; on return no power cut brings the record back.
  void release_for_good(const name_record& record) noexcept;

  // For who cleans up. From now on nobody records a name but the calling thread, and all that others have recorded is
  // seen. False if another thread cleans up, or has. Async-signal-safe, as the following.
  [[nodiscard]] bool close() noexcept;
  // All is cleaned up, and the table stays closed.
  void finish() noexcept;
  // Names can be recorded again.
  void open() noexcept;
  // Waits until the thread that has closed the table has finished, or has opened it: then it returns false.
  [[nodiscard]] bool wait_for_cleaning() const noexcept;
  template <class Visit>
  void for_each(Visit visit) noexcept {
    for (slot_pool& pool : pools_) pool.for_each(visit);
  }

 private:
  friend struct thread_slots;

  name_table() noexcept;
  // Those in memory, and above them those in the lease's file.
  static constexpr std::size_t pool_count = 2 * slot_classes;
  static std::size_t pool_of(slot_word word) noexcept {
    return slot_class_of(word) + (word.is_leased() ? slot_classes : 0);
  }

  name_slot* take_slot(std::size_t pool) noexcept;
  void give_back(name_slot* slot, std::size_t pool) noexcept;
  void publish(name_slot& slot, slot_word word) const noexcept;
  [[nodiscard]] bool is_closed_for_this_thread() const noexcept;
  [[nodiscard]] bool is_closed_by_this_thread() const noexcept;

  enum class gate : std::uint8_t { open, cleaning, cleaned };

  std::uint64_t token_;
  std::atomic<std::uint64_t> process_id_;
  bool has_process_barrier_;
  std::atomic<gate> gate_{gate::open};
  std::atomic<std::uint32_t> closing_thread_{0};
  // One of these, or the number of the thread that tries to take a lease.
  static constexpr std::uint64_t leasing_not_begun = 0;
  static constexpr std::uint64_t sweep_is_due = ~std::uint64_t{0} - 1;
  static constexpr std::uint64_t leasing_done = ~std::uint64_t{0};
  std::atomic<std::uint64_t> leasing_{leasing_not_begun};
  lease_file lease_;
  std::array<slot_pool, pool_count> pools_;
};

}  // namespace tempfile::inline v0_1::internal
