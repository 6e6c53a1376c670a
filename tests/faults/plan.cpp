#include "plan.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>
#include <utility>

namespace faults {
namespace {

constexpr int every = -1;

std::atomic<call> failing_kind{call::count_of_calls};
std::atomic<int> calls_left{every};
std::atomic<int> error_to_give{0};
std::atomic<bool> happened{false};
std::atomic<int> unnamed_file_error{0};
std::atomic<int> link_error{0};
std::atomic<int> zeros_left{0};
std::atomic<bool> types_hidden{false};
std::atomic<bool> advice_is_ignored{false};
std::atomic<bool> locking_is_late{false};
std::atomic<call> intervened_kind{call::count_of_calls};
std::atomic<int> calls_before_intervention{0};
std::function<void()> what_intervenes;
std::atomic<std::size_t> most_at_once{std::numeric_limits<std::size_t>::max()};

}  // namespace

failing::failing(call kind, int nth, int error) noexcept {
  happened = false;
  calls_left = nth;
  error_to_give = error;
  failing_kind = kind;
}
failing::failing(call kind, int error) noexcept : failing{kind, every, error} {}
failing::~failing() { failing_kind = call::count_of_calls; }
bool failing::has_happened() const noexcept { return happened; }

without_unnamed_files::without_unnamed_files(int error) noexcept { unnamed_file_error = error; }
without_unnamed_files::~without_unnamed_files() { unnamed_file_error = 0; }

without_links::without_links(int error) noexcept { link_error = error; }
without_links::~without_links() { link_error = 0; }

zero_entropy::zero_entropy(int numbers) noexcept { zeros_left = numbers; }
zero_entropy::~zero_entropy() { zeros_left = 0; }

without_entry_types::without_entry_types() noexcept { types_hidden = true; }
without_entry_types::~without_entry_types() { types_hidden = false; }

short_transfers::short_transfers(std::size_t most) noexcept { most_at_once = most; }
short_transfers::~short_transfers() { most_at_once = std::numeric_limits<std::size_t>::max(); }

advice_ignored::advice_ignored() noexcept { advice_is_ignored = true; }
advice_ignored::~advice_ignored() { advice_is_ignored = false; }
bool gives_no_heed_to_advice() noexcept { return advice_is_ignored; }

late_locks::late_locks() noexcept { locking_is_late = true; }
late_locks::~late_locks() { locking_is_late = false; }
bool locks_late() noexcept { return locking_is_late; }

intervention::intervention(call kind, int nth, std::function<void()> what) {
  what_intervenes = std::move(what);
  calls_before_intervention = nth;
  intervened_kind = kind;
}
intervention::~intervention() { intervened_kind = call::count_of_calls; }
bool intervention::has_happened() const noexcept { return calls_before_intervention <= 0; }

bool fails(call kind) noexcept {
  if (intervened_kind == kind && --calls_before_intervention == 0) {
    intervened_kind = call::count_of_calls;
    what_intervenes();
  }
  if (failing_kind != kind) return false;
  if (calls_left != every) {
    if (--calls_left > 0) return false;
    failing_kind = call::count_of_calls;
  }
  happened = true;
  errno = error_to_give;
  return true;
}

bool refuses_unnamed_file() noexcept {
  if (unnamed_file_error == 0) return false;
  errno = unnamed_file_error;
  return true;
}

bool refuses_links() noexcept {
  if (link_error == 0) return false;
  errno = link_error;
  return true;
}

bool gives_zero_entropy() noexcept { return zeros_left > 0 && zeros_left-- > 0; }
bool hides_entry_types() noexcept { return types_hidden; }
std::size_t most_to_transfer(std::size_t wanted) noexcept { return std::min(wanted, most_at_once.load()); }

}  // namespace faults
