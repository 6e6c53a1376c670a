#include "platform/process.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

std::optional<native_string> environment(const char* name) {
  // A program that runs with more rights than its caller must not take the caller's word.
  if (::getuid() != ::geteuid() || ::getgid() != ::getegid()) return std::nullopt;
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::int64_t coarse_time() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::uint64_t process_token() noexcept { return token_by_process_id(); }
void set_process_token(std::uint64_t token) noexcept { set_token_by_process_id(token); }
std::uint64_t new_process_token() noexcept { return new_token_beside_process_ids(); }

// What pthread_self() returns is the address of something that is larger than a page, or a small number.
std::uint32_t thread_number() noexcept {
  constexpr unsigned bits_of_a_page = 12;
  const auto self = reinterpret_cast<std::uintptr_t>(::pthread_self());
  const std::uint64_t page = std::uint64_t{self} >> bits_of_a_page;
  return static_cast<std::uint32_t>(page == 0 ? self : page);
}

bool prepare_process_barrier() noexcept { return false; }
void process_barrier() noexcept {}

namespace {

constinit std::atomic<void (*)() noexcept> exit_hook{nullptr};

extern "C" void run_exit_hook() {
  if (const auto hook = exit_hook.load(std::memory_order_acquire)) hook();
}

#if defined(__APPLE__) || defined(__EMSCRIPTEN__)  // have no at_quick_exit()
bool run_at_quick_exit() noexcept { return true; }
#else
bool run_at_quick_exit() noexcept { return std::at_quick_exit(run_exit_hook) == 0; }
#endif

}  // namespace

bool set_exit_hook(void (*hook)() noexcept) noexcept {
  if (exit_hook.load(std::memory_order_acquire) == hook) return true;
  if (std::atexit(run_exit_hook) != 0 || !run_at_quick_exit()) return false;
  exit_hook.store(hook, std::memory_order_release);
  return true;
}

int processors() noexcept {
  const unsigned known = std::thread::hardware_concurrency();
  return known == 0 ? 1 : static_cast<int>(known);
}

}  // namespace tempfile::inline v0_1::platform
