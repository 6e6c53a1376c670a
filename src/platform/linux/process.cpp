#include "platform/process.hpp"

#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <new>

#include "platform/linux/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

std::optional<native_string> environment(const char* name) {
  // Answers nothing to a program that runs with more rights than its caller, capabilities included.
  const char* const value = ::secure_getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

// Tells a forked child from its parent without a system call, and where a process id can't: a child in a new process-id
// namespace may have its parent's number, and numbers are used again.

namespace {

using mark = std::atomic<std::uint64_t>;
static_assert(mark::is_always_lock_free);

// Nothing here takes a lock, not even the one behind a function's static variable: a child forked while another thread
// held it would wait for ever.
constinit std::atomic<mark*> mark_wiped_on_fork{nullptr};
constinit std::atomic<std::uint64_t> last_token{0};  // ordinary memory: a child goes on where its parent was
constinit mark no_such_memory{0};

// Null if it can't be had. An emulator (qemu-user for years) says yes to every advice and does nothing, so one that is
// none must be refused first.
void* map_wiped_on_fork(std::size_t size) noexcept {
  constexpr int no_advice = -1;
  void* const memory = call::map_memory(size);
  if (memory == nullptr) return nullptr;
  const bool is_honest = call::madvise(memory, size, no_advice) != 0;
  if (is_honest && call::madvise(memory, size, MADV_WIPEONFORK) == 0) return memory;  // Linux 4.14
  call::unmap(memory, size);
  return nullptr;
}

// Memory that the kernel clears in every child that fork() or clone() makes; &no_such_memory if it can't be had, and
// then for good, so that the tokens of one process agree.
mark& wiped_on_fork() noexcept {
  mark* known = mark_wiped_on_fork.load(std::memory_order_acquire);
  if (known != nullptr) return *known;

  void* const memory = map_wiped_on_fork(sizeof(mark));
  mark* const fresh = memory == nullptr ? &no_such_memory : new (memory) mark{0};
  if (mark_wiped_on_fork.compare_exchange_strong(known, fresh, std::memory_order_acq_rel)) return *fresh;
  if (memory != nullptr) call::unmap(memory, sizeof(mark));
  return *known;
}

// Two copies of the library in one process, in plugins say, count the forks that each has noticed. Their tokens must
// differ, or what one made in the parent passes for the other's own in a child; their addresses do.
std::uint64_t this_copy() noexcept {
  constexpr unsigned bits_to_count_with = 16;  // leaves 48, as many as an address has
  return std::uint64_t{reinterpret_cast<std::uintptr_t>(&last_token)} << bits_to_count_with;
}

}  // namespace

// The kernel stamps files by this clock; to read it takes 4 ns, and no system call.
std::int64_t coarse_time() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::uint64_t process_token() noexcept {
  mark& token = wiped_on_fork();
  if (&token == &no_such_memory) return token_by_process_id();
  std::uint64_t current = token.load(std::memory_order_acquire);
  if (current != 0) return current;
  // The first call in this process.
  const std::uint64_t next = new_process_token();
  return token.compare_exchange_strong(current, next, std::memory_order_acq_rel) ? next : current;
}

void set_process_token(std::uint64_t token) noexcept {
  mark& own = wiped_on_fork();
  if (&own == &no_such_memory) {
    set_token_by_process_id(token);
  } else {
    own.store(token, std::memory_order_release);
  }
}

std::uint64_t new_process_token() noexcept {
  if (&wiped_on_fork() == &no_such_memory) return new_token_beside_process_ids();
  return this_copy() + last_token.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint32_t thread_number() noexcept { return static_cast<std::uint32_t>(::syscall(SYS_gettid)); }

// membarrier(2) interrupts the processors that run threads of this process (Linux 4.14 for this command).
bool prepare_process_barrier() noexcept { return call::membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0; }
void process_barrier() noexcept { call::membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); }

namespace {

constinit std::atomic<void (*)() noexcept> exit_hook{nullptr};

// In .fini_array, which exit() comes to after the destructors of static objects; 101 is the last of the priorities that
// a program may use, so that destructors of this kind in the program find their files as well.
[[gnu::destructor(101)]] void run_exit_hook() noexcept {
  if (const auto hook = exit_hook.load(std::memory_order_acquire)) hook();
}

}  // namespace

bool set_exit_hook(void (*hook)() noexcept) noexcept {
  if (exit_hook.load(std::memory_order_acquire) == hook) return true;
  if (std::at_quick_exit(run_exit_hook) != 0) return false;
  exit_hook.store(hook, std::memory_order_release);
  return true;
}

// std::thread::hardware_concurrency() counts those of the machine, also where this process may use fewer.
int processors() noexcept {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (call::sched_getaffinity(sizeof allowed, &allowed) != 0) return 1;  // EINVAL: more than 1,024 processors
  return std::max(CPU_COUNT(&allowed), 1);
}

}  // namespace tempfile::inline v0_1::platform
