// TEMPFILE_KEEP=1: for debugging, nothing is removed.
#pragma once

#include <filesystem>

namespace tempfile::inline v0_1::internal {

// Whether the switch is on; the environment is read once, by the first call. Async-signal-safe after that.
bool keeps_everything() noexcept;

// Tells on standard error that `path` is still there. Async-signal-safe.
void announce_kept(const std::filesystem::path::value_type* path) noexcept;

}  // namespace tempfile::inline v0_1::internal
