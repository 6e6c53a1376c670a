/// \file
/// What a file is, apart from its names.
#pragma once

#include <cstdint>

namespace tempfile {

/// Which file a name stands for: names change hands, these numbers don't while the file lives.
struct file_identity {
  std::uint64_t device{};
  std::uint64_t inode{};
  friend bool operator==(const file_identity&, const file_identity&) = default;
};

}  // namespace tempfile
