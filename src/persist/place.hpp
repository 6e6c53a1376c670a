// Putting what is finished in its place, as every persist() does.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/persist.hpp>
#include <tempfile/temporary_path.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

#include "base/failure.hpp"
#include "platform/types.hpp"

namespace tempfile::inline v0_1::internal {

// A file that is complete, all of its bytes written, or a directory.
struct finished {
  native_handle_type handle{no_native_handle};  // of a file; stays its owner's
  const fs::path* path{};                       // absolute; null: it has no name
  bool keeps{};                                 // it is to stay if the program ends meanwhile
};

// What a persist has done. What is nowhere else is never lost: if what has a name can't go back to it after a failure,
// `stranded` is where it is.
struct placement {
  fs::path target;        // absolute; empty on failure
  bool is_placed{false};  // also if `failed` is set: then the directory could not be synced in the end
  bool is_copy{false};    // then the original is still where it was
  owned_path stranded;

  struct replaced_directory {
    owned_path beside;  // the name that it got when it was exchanged
    platform::lasting_identity identity;
    bool is_beside{true};  // else it has the old name of what replaced it
  };
  std::optional<replaced_directory> replaced;  // what the target was, and where it is now
};

// Nothing but names and, at the end and out of everybody's sight, permissions of what is persisted is changed, and on
// failure changed back; the target is not touched until the last rename.

// The target that is meant by a path, absolute, if a file can be put there as far as can be told beforehand.
fs::path check_target(const fs::path& target, const persist_options& options, failure& failed);

placement place_file(const finished& file, const fs::path& target, const persist_options& options, failure& failed);
// A file that holds these.
placement place_bytes(std::span<const std::byte> bytes, const fs::path& target, const persist_options& options,
                      failure& failed);
placement place_directory(const finished& directory, const fs::path& target, const persist_options& options,
                          failure& failed);
// A link, a socket, a FIFO or a device, which keeps its own permissions and can't be copied.
placement place_special(const fs::path& path, const fs::path& target, const persist_options& options, failure& failed);

}  // namespace tempfile::inline v0_1::internal
