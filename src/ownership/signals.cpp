#include "ownership/signals.hpp"

#include <string>

#include "ownership/cleaner.hpp"
#include "platform/signals.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

void remove_all_at_signal(bool survives) noexcept { remove_all(survives ? after_cleanup::go_on : after_cleanup::end); }

void check_signals(const std::vector<int>& signals, failure& failed) {
  for (const int signal : signals) {
    std::error_code error;
    platform::action_of(signal, error);
    if (platform::is_fatal(signal) && !error) continue;
    failed = {std::make_error_code(std::errc::invalid_argument),
              {},
              "signal " + std::to_string(signal) + " does not end a process, or can't be handled"};
    return;
  }
}

}  // namespace

std::vector<int> handle_signals(const signal_options& options, failure& failed) {
  std::vector<int> signals = options.signals;
  if (signals.empty()) signals.assign(platform::fatal_signals().begin(), platform::fatal_signals().end());
  check_signals(signals, failed);
  if (!failed) table_of_this_process(fs::file_type::directory, failed.code);
  if (!failed) platform::set_alternate_stack(failed.code);
  std::vector<int> left_alone;
  left_alone.reserve(signals.size());
  for (const int signal : signals) {
    if (failed) break;
    const platform::signal_action action = platform::action_of(signal, failed.code);
    if (action == platform::signal_action::handled && !options.over_handlers) {
      left_alone.push_back(signal);
    } else if (action == platform::signal_action::by_default || action == platform::signal_action::handled) {
      platform::handle_signal(signal, remove_all_at_signal, failed.code);
    }
  }
  return left_alone;
}

}  // namespace tempfile::inline v0_1::internal
