/// \file
/// What happens to what is still there when the program ends, and when something can't be cleaned up.
#pragma once

#include <tempfile/export.hpp>

#include <filesystem>
#include <system_error>
#include <vector>

namespace tempfile::inline v0_1 {

namespace fs = std::filesystem;

/// Hears what a destructor or a move could not write, close or remove: the path at fault (empty for an unnamed file)
/// and the reason. It is called on the thread that destroys, possibly while an exception is on its way, and must not
/// throw. It is not called for what exit() and signal handlers remove. It also hears why a process that asked for a
/// lease has none (enable_leases()): then on the thread that asked, or that creates the first name.
using cleanup_error_hook = void (*)(const fs::path& path, const std::error_code& error) noexcept;

/// Sets the hook; a null pointer, the default, ignores what happens. Destructors themselves never throw and never
/// print. \returns the hook that was set before. Thread-safe.
TEMPFILE_EXPORT cleanup_error_hook set_cleanup_error_hook(cleanup_error_hook hook) noexcept;

/// Which signals cleanup_on_signals() is about.
struct signal_options {
  /// Numbers of signals that end a process by default. Empty: HUP, INT, QUIT, TERM, PIPE, ALRM, USR1, USR2, XCPU, XFSZ,
  /// ABRT, BUS, FPE, ILL, SEGV, SYS and TRAP.
  std::vector<int> signals{};
  /// Whether signals that the program handles are included: all is removed before the program's handler is called. By
  /// default they are left alone, because such a program may live on and need its files.
  bool over_handlers{false};
};

/// Sees to it that a signal which ends the program leaves nothing behind: from now on everything that this process owns
/// is removed first, trees of any size included. Then the process ends by the same signal, with the same origin
/// (`siginfo_t`) and the same core dump. A signal that is ignored stays ignored, and so `nohup` works.
///
/// With signal_options::over_handlers the program's handler is called next, as if it alone had been installed, and
/// stays alone: to have the next such signal clean up as well, call this again. If the program lives on, it owns
/// nothing of what it owned before; it can go on creating.
///
/// A handler that the program installs later takes the place of this one; a second call tells. What children inherit is
/// harmless: they remove nothing of their parent's, whether made by `fork`, `vfork`, `clone` or `posix_spawn`.
///
/// Also gives the calling thread an alternate stack (`sigaltstack`), so that even a stack that has overflowed leaves
/// nothing; other threads: signal_stack. Handlers run on whichever thread the signal was delivered to. SIGKILL can't be
/// handled, and neither can a second fault while files are being removed: that ends the process at once.
///
/// \returns the signals that were left alone because the program handles them.
/// \throws fs::filesystem_error with std::errc::invalid_argument for a number that is no signal, or of one that doesn't
/// end a process or can't be handled. Then nothing has changed. Thread-safe; not async-signal-safe.
TEMPFILE_EXPORT std::vector<int> cleanup_on_signals(const signal_options& options = {});
TEMPFILE_EXPORT std::vector<int> cleanup_on_signals(const signal_options& options, std::error_code& error);

/// What the program does after cleanup_now().
enum class after_cleanup {
  go_on,  ///< it can go on creating
  end,    ///< it ends: any other thread that creates waits for the end, a second at most, and then fails with
          ///< std::errc::operation_canceled
};

/// Removes everything that this process owns, for programs with a signal handler of their own: call it there. The
/// owners then own nothing that exists, which is no error when they end. Other threads may be creating and removing at
/// the same time. What was made with `keep` stays. Async-signal-safe and thread-safe; errno is left as it was.
/// Directories with something in them are removed on Linux only; other systems have no way to read one that is
/// async-signal-safe.
TEMPFILE_EXPORT void cleanup_now(after_cleanup after = after_cleanup::go_on) noexcept;

/// For a parent whose child goes on with what it owns, as a daemon does: called in the parent after fork(), it makes
/// the parent own nothing any more. Its objects that owned something behave as those that a forked child has inherited:
/// they remove nothing, and remove() is errc::not_owner. What it creates from now on is its own. The child calls
/// take_over().
///
///     const pid_t child = fork();
///     if (child == 0) return tempfile::take_over() ? serve(dir) : 1;
///     tempfile::hand_over();
///
/// A parent that ends by `_exit()`, as in `daemon()`, needs no call. No other thread of the parent may be creating
/// something meanwhile.
TEMPFILE_EXPORT void hand_over() noexcept;

/// For the child: owns from now on what its parent owned when it was forked, and its copies of the parent's objects own
/// again. To be called while it has one thread, and before it creates something of its own. The parent must call
/// hand_over(), or end by `_exit()`.
/// \returns false if there is nothing to take over: the parent owned nothing, this process was not forked, or it has
/// created something of its own.
[[nodiscard]] TEMPFILE_EXPORT bool take_over() noexcept;

/// Gives the thread that makes it an alternate stack for signal handlers, of 64 KiB, unless it has one. Threads whose
/// stacks may overflow make one at their beginning. It must end on the same thread.
class [[nodiscard]] TEMPFILE_EXPORT signal_stack {
 public:
  /// \throws fs::filesystem_error if there is no memory.
  [[nodiscard]] signal_stack();
  signal_stack(const signal_stack&) = delete;
  signal_stack& operator=(const signal_stack&) = delete;
  ~signal_stack();

 private:
  void* memory_{};
};

}  // namespace tempfile::inline v0_1
