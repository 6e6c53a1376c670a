// A second handle of the same file.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/filebuf.hpp>

#include <filesystem>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Flushes `buffer` first. `path`, if it is not empty, is where to look if the system needs a name; what is there must
// be the same file (errc::replaced).
file_handle reopen(filebuf& buffer, const fs::path& path, failure& failed);

}  // namespace tempfile::inline v0_1::internal
