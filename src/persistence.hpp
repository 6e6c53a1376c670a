// How what the public types own gets its place.
#pragma once

#include <tempfile/file_stream.hpp>
#include <tempfile/persist.hpp>
#include <tempfile/temporary_path.hpp>

#include <filesystem>

#include "failure.hpp"

namespace tempfile::internal {

// Flushes a stream, puts its file or what it has in memory in place, and closes it. A stream that is bad has lost
// bytes, and is not put anywhere. `name` is the file's own, which is owned no longer then; null if it has none.
fs::path persist_stream(file_stream& stream, temporary_path* name, const fs::path& target,
                        const persist_options& wanted, failure& failed);
// Whatever stands at an owned name. A directory that is replaced is removed.
fs::path persist_path(temporary_path& name, const fs::path& target, const persist_options& wanted, failure& failed);

}  // namespace tempfile::internal
