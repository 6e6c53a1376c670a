// How what the public types own gets its place.
#pragma once

#include <tempfile/filebuf.hpp>
#include <tempfile/persist.hpp>
#include <tempfile/temporary_path.hpp>

#include <filesystem>
#include <ios>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

// Flushes a stream's buffer, puts its file or what it has in memory in place, and closes it. Where bytes have been
// lost, or the stream is in a state in which it may have ignored what was written, nothing is put anywhere. `name` is
// the file's own, which is owned no longer then; null if it has none.
fs::path persist_stream(const std::ios& stream, filebuf& buffer, temporary_path* name, const fs::path& target,
                        const persist_options& options, failure& failed);
// Whatever stands at an owned name. A directory that is replaced is removed.
fs::path persist_path(temporary_path& name, const fs::path& target, const persist_options& options, failure& failed);

}  // namespace tempfile::inline v0_1::internal
