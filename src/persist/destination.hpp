// Where something is to be put.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/persist.hpp>

#include <filesystem>

#include "base/failure.hpp"
#include "platform/types.hpp"

namespace tempfile::inline v0_1::internal {

// The target: a name in an open directory.
struct destination {
  fs::path path;
  fs::path parent;
  fs::path name;
  file_handle directory;

  [[nodiscard]] platform::located at(const fs::path& other_name) const noexcept {
    return {directory.native_handle(), other_name.c_str()};
  }
  [[nodiscard]] platform::located itself() const noexcept { return at(name); }
};

enum class placed_kind { directory, file };

// Opens the target's directory, making it if that is asked for. Refuses here what can be known to fail: a path that is
// no name, a mode that is none, a directory that has to be synced and can't be read, and what stands there and must not
// be replaced, or not by something of another kind.
destination destination_of(const fs::path& target, placed_kind kind, const persist_options& options, failure& failed);

}  // namespace tempfile::inline v0_1::internal
