// The choice of the temporary directory.
#pragma once

#include <filesystem>
#include <vector>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Tries whether files can be created in a directory; `failed` says why not.
using tempdir_probe = void (*)(const fs::path& directory, failure& failed);

// The directory that gettempdir() returns, valid until the process ends; null on failure. Where there is none yet, it
// becomes the first candidate that passes `probe`.
const fs::path* tempdir(tempdir_probe probe, failure& failed);
// absolute_directory(), valid until the process ends; null on failure.
const fs::path* remembered_directory(const fs::path& directory, failure& failed);
// As settempdir().
void set_tempdir(const fs::path& directory, failure& failed);
// As candidate_tempdirs().
std::vector<fs::path> tempdir_candidates();

}  // namespace tempfile::inline v0_1::internal
