#include "platform/signals.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "platform/posix/calls.hpp"
#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {
namespace {

constexpr std::array fatal{SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU,
                           SIGXFSZ, SIGABRT, SIGBUS,  SIGFPE,  SIGILL,  SIGSEGV, SIGSYS,  SIGTRAP};

// Those that stop a process, continue it or do nothing, and those that can't be handled.
constexpr std::array not_fatal{SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD, SIGURG, SIGWINCH};

constexpr int max_signals = 128;  // Linux has 64 on most processors, MIPS 128

// What handle_signal() has found, and what it was given. Written before the handler is installed.
struct handled_signal {
  struct sigaction before;
  std::atomic<void (*)(bool) noexcept> work;
};
constinit std::array<handled_signal, max_signals + 1> handled{};

bool is_default(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

// The action of before is restored, and the same signal sent once more: it comes when this handler, which blocks it,
// has returned. So the process ends by that signal, dumps the core that it would have, at the instruction where it
// stopped, and a handler of the program's is called as if there had been none of ours.
extern "C" void handle_fatal_signal(int signal, siginfo_t* info, void*) {
  const int error_before = errno;
  handled_signal& known = handled[static_cast<std::size_t>(signal)];
  if (const auto work = known.work.load(std::memory_order_acquire)) work(!is_default(known.before));
  ::sigaction(signal, &known.before, nullptr);
  send_again(signal, info);
  errno = error_before;
}

}  // namespace

std::span<const int> fatal_signals() noexcept { return fatal; }

bool is_fatal(int signal) noexcept {
  return signal > 0 && signal <= max_signals &&
         std::find(not_fatal.begin(), not_fatal.end(), signal) == not_fatal.end();
}

signal_action action_of(int signal, std::error_code& error) noexcept {
  error.clear();
  struct sigaction action {};
  if (::sigaction(signal, nullptr, &action) != 0) {
    error = last_error();
    return signal_action::ignored;
  }
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    return action.sa_sigaction == handle_fatal_signal ? signal_action::handled_by_this : signal_action::handled;
  }
  if (action.sa_handler == SIG_DFL) return signal_action::by_default;
  return action.sa_handler == SIG_IGN ? signal_action::ignored : signal_action::handled;
}

void handle_signal(int signal, void (*work)(bool survives) noexcept, std::error_code& error) noexcept {
  error.clear();
  handled_signal& known = handled[static_cast<std::size_t>(signal)];
  struct sigaction before {};
  if (::sigaction(signal, nullptr, &before) != 0) {
    error = last_error();
    return;
  }
  known.before = before;
  known.work.store(work, std::memory_order_release);
  struct sigaction action {};
  action.sa_sigaction = handle_fatal_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | (before.sa_flags & SA_RESTART);
  ::sigfillset(&action.sa_mask);
  if (::sigaction(signal, &action, nullptr) != 0) error = last_error();
}

// --- stacks ----------------------------------------------------------------------------------------------------------

namespace {

// A removal takes 7 KiB (measured with a tree of 40 levels) and the kernel, for the registers of a processor with
// AVX-512, 3 KiB more.
constexpr std::size_t stack_size = std::size_t{64} * 1024;

// A page that nobody may touch below the stack, which grows towards it: what overflows must not write elsewhere.
std::size_t guard_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

}  // namespace

void* map_alternate_stack(std::error_code& error) noexcept {
  error.clear();
  stack_t known{};
  if (::sigaltstack(nullptr, &known) == 0 && (known.ss_flags & SS_DISABLE) == 0) return nullptr;
  void* const memory = call::map_memory(guard_size() + stack_size);
  if (memory == nullptr) {
    error = last_error();
    return nullptr;
  }
  stack_t stack{};
  stack.ss_sp = static_cast<std::byte*>(memory) + guard_size();
  stack.ss_size = stack_size;
  if (::mprotect(memory, guard_size(), PROT_NONE) == 0 && ::sigaltstack(&stack, nullptr) == 0) return memory;
  error = last_error();
  call::unmap(memory, guard_size() + stack_size);
  return nullptr;
}

void unmap_alternate_stack(void* memory) noexcept {
  stack_t known{};
  const auto* const own = static_cast<std::byte*>(memory) + guard_size();
  if (::sigaltstack(nullptr, &known) != 0) return;
  if (known.ss_sp == own) {  // unless the program has set another since
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    if (::sigaltstack(&none, nullptr) != 0) return;  // it is in use: this is a handler
  }
  call::unmap(memory, guard_size() + stack_size);
}

}  // namespace tempfile::inline v0_1::platform
