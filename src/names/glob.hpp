// Finding the entries of a directory that match a pattern.
#pragma once

#include <tempfile/glob.hpp>

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// As tempfile::glob(). `report` may be null.
std::vector<fs::path> find_matches(const fs::path& dir, std::string_view pattern, glob_report* report, failure& failed);

}  // namespace tempfile::inline v0_1::internal
