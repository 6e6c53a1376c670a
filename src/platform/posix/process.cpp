#include "platform/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "platform/file.hpp"
#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

namespace {

class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all{};
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

void without_signals(void (*work)(void*) noexcept, void* argument) noexcept {
  const signals_blocked blocked;
  work(argument);
}

std::thread start_thread(void (*work)(void*) noexcept, void* argument, std::error_code& error) noexcept {
  error.clear();
  // A thread begins with its maker's mask: the program's handlers run on the program's threads.
  const signals_blocked blocked;
  std::thread thread;
  if (!call::start_thread(thread, work, argument)) error = last_error();
  return thread;
}

namespace {

void read_random_device(std::span<std::byte> buffer, std::error_code& error) noexcept {
  const file_handle device{retry_on_eintr(
      error, [] { return call::openat(AT_FDCWD, "/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0); })};
  if (error) return;
  if (read(device.native_handle(), buffer, error) < buffer.size() && !error) {
    error = std::make_error_code(std::errc::io_error);
  }
}

}  // namespace

void random_bytes(std::span<std::byte> buffer, std::error_code& error) noexcept {
  // POSIX.1-2024; glibc 2.25 makes it from getrandom(2), which Linux has since 3.17.
  retry_on_eintr(error, [&] { return call::getentropy(buffer.data(), buffer.size()); });
  if (error) read_random_device(buffer, error);
}

void* map_memory(std::size_t size) noexcept { return call::map_memory(size); }
void unmap_memory(void* memory, std::size_t size) noexcept { call::unmap(memory, size); }

void write_to_standard_error(std::span<const std::byte> bytes) noexcept {
  std::error_code ignored;  // who would be told?
  write_without_signal(STDERR_FILENO, bytes, ignored);
}

std::uint64_t process_id() noexcept { return static_cast<std::uint64_t>(::getpid()); }

namespace {

// The token that was set, and the process that it was set for.
constinit std::atomic<std::uint64_t> set_token{0};
constinit std::atomic<std::uint64_t> process_of_set_token{0};

}  // namespace

std::uint64_t token_by_process_id() noexcept {
  const std::uint64_t process = process_id();
  return process_of_set_token.load(std::memory_order_acquire) == process ? set_token.load(std::memory_order_relaxed)
                                                                         : process;
}

void set_token_by_process_id(std::uint64_t token) noexcept {
  set_token.store(token, std::memory_order_relaxed);
  process_of_set_token.store(process_id(), std::memory_order_release);
}

std::uint64_t new_token_beside_process_ids() noexcept {
  constexpr unsigned bits_of_process_id = 32;
  return ((token_by_process_id() >> bits_of_process_id) + 1) << bits_of_process_id | process_id();
}

std::vector<std::filesystem::path> usual_tempdirs() { return {"/tmp", "/var/tmp", "/usr/tmp"}; }

}  // namespace tempfile::inline v0_1::platform
