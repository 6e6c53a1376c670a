#include "plan.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <limits>

namespace faults {
namespace {

constexpr int every = -1;

std::atomic<call> failing_kind{call::count_of_calls};
std::atomic<int> calls_left{every};
std::atomic<int> error_to_give{0};
std::atomic<bool> happened{false};
std::atomic<int> unnamed_file_error{0};
std::atomic<int> zeros_left{0};
std::atomic<bool> types_hidden{false};
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

zero_entropy::zero_entropy(int numbers) noexcept { zeros_left = numbers; }
zero_entropy::~zero_entropy() { zeros_left = 0; }

without_entry_types::without_entry_types() noexcept { types_hidden = true; }
without_entry_types::~without_entry_types() { types_hidden = false; }

short_transfers::short_transfers(std::size_t most) noexcept { most_at_once = most; }
short_transfers::~short_transfers() { most_at_once = std::numeric_limits<std::size_t>::max(); }

bool fails(call kind) noexcept {
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

bool gives_zero_entropy() noexcept { return zeros_left > 0 && zeros_left-- > 0; }
bool hides_entry_types() noexcept { return types_hidden; }
std::size_t most_to_transfer(std::size_t wanted) noexcept { return std::min(wanted, most_at_once.load()); }

}  // namespace faults
