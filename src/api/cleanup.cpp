#include <tempfile/cleanup.hpp>

#include "base/failure.hpp"
#include "ownership/cleaner.hpp"
#include "ownership/name_table.hpp"
#include "ownership/signals.hpp"
#include "platform/signals.hpp"

namespace tempfile::inline v0_1 {

std::vector<int> cleanup_on_signals(const signal_options& options) {
  return internal::or_throw("cannot clean up on signals",
                            [&](auto& failed) { return internal::handle_signals(options, failed); });
}

std::vector<int> cleanup_on_signals(const signal_options& options, std::error_code& error) {
  return internal::or_code(error, [&](auto& failed) { return internal::handle_signals(options, failed); });
}

void cleanup_now(after_cleanup after) noexcept { internal::remove_all(after); }

void hand_over() noexcept { internal::name_table::hand_over(); }
bool take_over() noexcept { return internal::name_table::take_over(); }

signal_stack::signal_stack() {
  internal::or_throw("cannot make a stack for signal handlers",
                     [&](auto& failed) { memory_ = platform::set_alternate_stack(failed.code); });
}

signal_stack::~signal_stack() {
  if (memory_ != nullptr) platform::drop_alternate_stack(memory_);
}

}  // namespace tempfile::inline v0_1
