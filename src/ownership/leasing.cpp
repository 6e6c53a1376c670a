#include "ownership/leasing.hpp"

#include <atomic>
#include <cstdint>
#include <new>

#include "ownership/keep_switch.hpp"
#include "ownership/name_table.hpp"
#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

enum class leasing : std::uint8_t { unread, off, on };
constinit std::atomic<leasing> known_leasing{leasing::unread};
constinit std::atomic<const fs::path*> requested_dir{nullptr};
constinit std::atomic<power_loss> requested_on_power_loss{power_loss::on};

// TEMPFILE_KEEP is for looking at what would be removed, so no other process may remove it either.
leasing read_leasing() noexcept {
  constexpr fs::path::value_type off[] = {'0', 0};
  if (keeps_everything()) return leasing::off;
  try {
    const auto value = platform::environment("TEMPFILE_LEASES");
    return value && !value->empty() && *value != off ? leasing::on : leasing::off;
  } catch (const std::bad_alloc&) {
    return leasing::off;
  }
}

}  // namespace

bool is_leasing_due() noexcept {
  leasing current = known_leasing.load(std::memory_order_acquire);
  if (current == leasing::unread) {
    const leasing read = read_leasing();
    if (known_leasing.compare_exchange_strong(current, read, std::memory_order_acq_rel)) current = read;
  }
  if (current == leasing::off) return false;
  const name_table* const table = name_table::find();
  return table == nullptr || table->has_leasing_to_do();
}

void request_lease(const lease_request& request) noexcept {
  requested_dir.store(request.dir, std::memory_order_relaxed);
  requested_on_power_loss.store(request.on_power_loss, std::memory_order_relaxed);
  known_leasing.store(keeps_everything() ? leasing::off : leasing::on, std::memory_order_release);
}

lease_request requested_lease() noexcept {
  return {requested_dir.load(std::memory_order_relaxed), requested_on_power_loss.load(std::memory_order_relaxed)};
}

}  // namespace tempfile::inline v0_1::internal
