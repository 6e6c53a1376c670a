/// \file
/// What a file is, apart from its names.
#pragma once

#include <tempfile/export.hpp>

#include <cstdint>
#include <filesystem>

namespace tempfile::inline v0_1 {

/// Which file a name stands for: names change hands, these don't while the file lives. A file system may give the inode
/// number of a file that is gone to the next one; the type tells at least a directory from a link that took its place.
struct file_identity {
  std::uint64_t device{};
  std::uint64_t inode{};
  std::filesystem::file_type type{std::filesystem::file_type::none};
  friend bool operator==(const file_identity&, const file_identity&) = default;
};

}  // namespace tempfile::inline v0_1
