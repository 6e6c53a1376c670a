// TEMPFILE_KEEP=1: for debugging, nothing is removed.
#pragma once

#include <filesystem>

namespace tempfile::inline v0_1::internal {

// Whether the switch is on; the environment is read once.
bool keeps_everything();

// Tells on standard error that `path` is still there.
void announce_kept(const std::filesystem::path& path) noexcept;

}  // namespace tempfile::inline v0_1::internal
