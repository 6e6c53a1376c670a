#include "removal/removal_threads.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "platform/process.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// More don't help much: unlinking is bound by the file system's own locks. (Measured with two.)
constexpr int max_threads = 4;
// Calls within calls, each of which takes some of the caller's stack.
constexpr int max_nested = 3;

// Adds what one thread did to what all did. `whole` has room for the failures that are named.
void merge(removal_report&& part, removal_report& whole) noexcept {
  whole.removed += part.removed;
  whole.failed += part.failed;
  for (removal_failure& failure : part.failures) {
    if (whole.failures.size() < removal_report::max_named) whole.failures.push_back(std::move(failure));
  }
}

// What the threads of one call share.
class shared_work {
 public:
  shared_work(removal_threads& threads, const removal_threads::work& together, int nesting, removal_report& report)
      : threads_{threads}, together_{together}, nesting_{nesting}, report_{report} {
    put_back_.reserve(together.left.size());  // so that putting back never fails
  }

  // A part that a thread of its own does.
  void help() noexcept {
    run();
    threads_.give_back_thread();  // to whoever has much left, inside one of these sub-directories
  }

  // One thread's part.
  void run() noexcept {
    try {
      tree_remover remover{&threads_, nesting_ + 1};
      removal_report part;
      part.failures.reserve(removal_report::max_named);
      while (const platform::native_path name = next()) {
        if (!remove(remover, name, part)) break;
      }
      const std::lock_guard lock{mutex_};
      merge(std::move(part), report_);
    } catch (const std::bad_alloc&) {  // the others do this thread's part
    }
  }

  // Of names: what nobody has taken and what was put back.
  [[nodiscard]] fs::path::string_type left() {
    fs::path::string_type names{together_.left, next_};
    names += put_back_;
    return names;
  }

 private:
  platform::native_path next() noexcept {
    const fs::path::string_type& names = together_.left;
    std::size_t begin = next_.load(std::memory_order_relaxed);
    while (begin < names.size()) {
      const std::size_t end = names.find(fs::path::value_type{}, begin) + 1;
      if (next_.compare_exchange_weak(begin, end, std::memory_order_relaxed)) return names.c_str() + begin;
    }
    return nullptr;
  }

  // Returns false if there are too few descriptors for so many threads.
  bool remove(tree_remover& remover, platform::native_path name, removal_report& part) noexcept {
    removal_report one;
    std::optional<fs::perms> part_mode;
    const bool is_done = remover.remove({.directory = together_.directory,
                                         .path_of_directory = together_.path,
                                         .name = name,
                                         .mode_before = &part_mode,
                                         .is_in_the_tree = true,
                                         .may_run_out_of_handles = true},
                                        one);
    if (!is_done) {
      one.failed = 0;  // is tried again
      one.failures.clear();
      put_back(name);
    }
    merge(std::move(one), part);
    if (part_mode) {
      const std::lock_guard lock{mutex_};
      together_.mode_before = part_mode;
    }
    return is_done;
  }

  void put_back(platform::native_path name) noexcept {
    const std::lock_guard lock{mutex_};
    put_back_ += name;
    put_back_ += fs::path::value_type{};
  }

  removal_threads& threads_;
  const removal_threads::work& together_;
  const int nesting_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  removal_report& report_;
  fs::path::string_type put_back_;
};

void help(void* work) noexcept { static_cast<shared_work*>(work)->help(); }

constinit std::atomic<bool> threads_allowed{true};

}  // namespace

void removal_threads::allow(bool allowed) noexcept { threads_allowed = allowed; }

bool removal_threads::may_help(int nesting) noexcept {
  if (nesting == max_nested || !threads_allowed) return false;
  if (spare_ == not_counted) spare_ = std::min(platform::processors(), max_threads) - 1;  // there is one thread yet
  return spare_ > 0;
}

bool removal_threads::remove_together(work& together, int nesting, removal_report& report) {
  std::array<std::thread, max_threads - 1> threads;
  shared_work shared{*this, together, nesting, report};
  std::size_t started = 0;
  // A thread that has come to its end by now has given its place back, so the number of places alone is no bound.
  while (started < threads.size() && take_thread()) {
    std::error_code error;
    threads.at(started) = platform::start_thread(help, &shared, error);
    if (error) {
      spare_ = std::min<int>(spare_, 0);  // not to be asked for again, and what is given back serves only who has one
      break;
    }
    ++started;
  }
  if (started == 0) return false;
  shared.run();
  for (std::size_t i = 0; i < started; ++i) threads.at(i).join();
  together.left = shared.left();
  return true;
}

bool removal_threads::take_thread() noexcept {
  int spare = spare_;
  while (spare > 0) {
    if (spare_.compare_exchange_weak(spare, spare - 1)) return true;
  }
  return false;
}

void removal_threads::give_back_thread() noexcept { ++spare_; }

}  // namespace tempfile::inline v0_1::internal
