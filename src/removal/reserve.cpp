#include "removal/reserve.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "platform/tree.hpp"
#include "removal/errors.hpp"
#include "removal/tree_remover.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

struct removal_memory {
  static constexpr std::size_t max_path_size = 4096;  // Linux's PATH_MAX; the system takes none that is longer

  tree_remover remover{tree_remover::enough};
  std::array<fs::path::value_type, max_path_size + 1> path;
};

// Null before the first is made, and while it is in use. Never freed: static objects are removed until the very end.
constinit std::atomic<removal_memory*> kept{nullptr};

void give_back(std::unique_ptr<removal_memory> unused) noexcept {
  removal_memory* none = nullptr;
  if (kept.compare_exchange_strong(none, unused.get())) static_cast<void>(unused.release());
}

// Null if there is none. No lock: in a forked child, the thread that has it may be missing.
std::unique_ptr<removal_memory> take() noexcept {
  constexpr int max_waits = 64;  // two seconds in all
  for (int waits = 0; waits < max_waits; ++waits) {
    if (removal_memory* const found = kept.exchange(nullptr)) return std::unique_ptr<removal_memory>{found};
    try {
      return std::make_unique<removal_memory>();
    } catch (const std::bad_alloc&) {  // somebody else has the one that there is
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{waits});
  }
  return nullptr;
}

}  // namespace

void reserve_for_removal(std::error_code& error) noexcept {
  if (kept.load() != nullptr) return;
  try {
    give_back(std::make_unique<removal_memory>());
  } catch (const std::bad_alloc&) {
    error = std::make_error_code(std::errc::not_enough_memory);
  }
}

void remove_with_reserve(const fs::path& path, const entry_condition* condition, removal_report& report) noexcept {
  const fs::path::string_type& whole = path.native();
  std::unique_ptr<removal_memory> own;
  if (whole.size() < removal_memory::max_path_size) own = take();
  if (own == nullptr) {
    ++report.failed;
    return;
  }
  std::copy_n(whole.c_str(), whole.size() + 1, own->path.begin());
  remove_by_path(own->remover, own->path.data(), condition, report);
  give_back(std::move(own));
}

}  // namespace tempfile::inline v0_1::internal
