// Putting what is finished in its place, as every persist() does.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/file_identity.hpp>
#include <tempfile/persist.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

#include "failure.hpp"

namespace tempfile::internal {

// A file that is complete, all of its bytes written.
struct finished_file {
  native_handle_type handle{no_native_handle};  // stays its owner's
  const fs::path* path{};                       // null: it has no name
};

struct placement {
  fs::path target;                        // absolute
  bool is_placed{false};                  // also if `failed` is set: then the directory could not be synced in the end
  bool is_copy{false};                    // then the original is still where it was
  std::optional<file_identity> replaced;  // a directory that stood there, and has the other's old name now
};

// On failure the target is as it was, nothing is left beside it, and what was to be placed has the permissions that it
// had.

// The target that is meant by a path, absolute, if a file can be put there as far as can be told beforehand.
fs::path check_target(const fs::path& target, const persist_options& options, failure& failed);

placement place_file(const finished_file& file, const fs::path& target, const persist_options& wanted, failure& failed);
// A file that holds these.
placement place_bytes(std::span<const std::byte> bytes, const fs::path& target, const persist_options& wanted,
                      failure& failed);
placement place_directory(const fs::path& path, const fs::path& target, const persist_options& wanted, failure& failed);

}  // namespace tempfile::internal
