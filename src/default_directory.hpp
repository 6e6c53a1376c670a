// The temporary directory of the process, for the other policies.
#pragma once

#include <filesystem>

#include "failure.hpp"

namespace tempfile::inline v0_1::internal {

// The directory that gettempdir() returns, valid until the process ends; null on failure.
const fs::path* default_directory(failure& failed);

}  // namespace tempfile::inline v0_1::internal
