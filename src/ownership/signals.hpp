// Cleaning up when a signal ends the program.
#pragma once

#include <tempfile/cleanup.hpp>

#include <vector>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// As tempfile::cleanup_on_signals() says.
std::vector<int> handle_signals(const signal_options& options, failure& failed);

}  // namespace tempfile::inline v0_1::internal
