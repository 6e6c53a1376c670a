// persist() of everything that owns a file, bytes in memory, or a name.
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
// the file's own (errc::replaced if another file has it by now), which is no longer owned then; null if it has none.
fs::path persist_stream(const std::ios& stream, filebuf& buffer, owned_path* name, const fs::path& target,
                        const persist_options& options, failure& failed);
// Whatever has an owned name; of an adopted one only what was adopted (errc::replaced). A directory that is replaced is
// removed.
fs::path persist_path(owned_path& name, const fs::path& target, const persist_options& options, failure& failed);

}  // namespace tempfile::inline v0_1::internal
