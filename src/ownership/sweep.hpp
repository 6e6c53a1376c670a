// Removing what processes that are gone have left, by their leases.
#pragma once

#include <tempfile/lease.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Until when names are removed; nothing: until all are.
using sweep_deadline = std::optional<std::chrono::steady_clock::time_point>;

// Sweeps the leases in the lease directory of `directory`, an absolute path. Returns false if time has run out. Throws
// std::bad_alloc.
bool sweep_directory(const fs::path& directory, const sweep_deadline& deadline, sweep_report& report);

// The same for several, unless somebody has done it in the last hour, as noted in the first one's lease directory.
// Stops in time.
void sweep_hourly(std::span<const fs::path> directories) noexcept;

// Adds the leases in the lease directory of `directory`. Throws std::bad_alloc.
void list_leases(const fs::path& directory, std::vector<lease>& found);

}  // namespace tempfile::inline v0_1::internal
