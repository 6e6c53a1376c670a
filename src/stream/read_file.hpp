// Reading a whole file.
#pragma once

#include <filesystem>
#include <string>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// As tempfile::read_file(); empty on failure.
std::string content_of(const fs::path& path, failure& failed);

}  // namespace tempfile::inline v0_1::internal
