// Signals that end a process.
#pragma once

#include <cstddef>
#include <span>

#include "platform/types.hpp"

namespace tempfile::inline v0_1::platform {

// Those that end a process by default and that a program may handle, without those for which somebody must have asked
// (timers, real-time signals).
std::span<const int> fatal_signals() noexcept;
// Whether a signal ends a process by default, and can be handled.
bool is_fatal(int signal) noexcept;

enum class signal_action {
  by_default,
  ignored,
  handled,          // by the program
  handled_by_this,  // by handle_signal()
};
signal_action action_of(int signal, std::error_code& error) noexcept;

// From now on `signal` first calls work(survives), and is then delivered once more, with what is known of its origin,
// to what it did before: the default action, or a handler of the program's, which the process may survive. The handler
// runs on the thread's alternate stack, if there is one, and is not interrupted by other signals.
void handle_signal(int signal, void (*work)(bool survives) noexcept, std::error_code& error) noexcept;

// Gives the calling thread an alternate stack for its signal handlers, large enough to remove trees. Returns its
// memory, for drop_alternate_stack(); null if the thread has one already, or on failure.
void* set_alternate_stack(std::error_code& error) noexcept;
// By the thread that has set it.
void drop_alternate_stack(void* memory) noexcept;

}  // namespace tempfile::inline v0_1::platform
