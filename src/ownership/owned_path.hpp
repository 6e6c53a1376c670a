// Who may remove a name, and what happens to it instead.
#pragma once

#include <tempfile/temporary_path.hpp>

#include <filesystem>

#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

struct ownership {
  // `name`, which owns nothing, owns `path` from now on.
  static void acquire(temporary_path& name, fs::path path, const file_identity& identity) noexcept;
  // `name`, which owns nothing, owns what exists at `existing`.
  static void adopt(temporary_path& name, const fs::path& existing, failure& failed);
  static const file_identity& identity(const temporary_path& name) noexcept { return name.identity_; }
  // False in a child that was forked after the name was made or adopted.
  static bool is_this_process(const temporary_path& name) noexcept;
  // Removes as temporary_path::remove() says.
  static void remove(temporary_path& name, failure& failed);
  // Stops owning.
  static void release(temporary_path& name) noexcept { name.owned_ = false; }
  // The end of an owner: removes, in the owner's process only; reporting to the hook what can't be removed. Afterwards
  // nothing is owned.
  static void dispose(temporary_path& name, bool reports) noexcept;
};

}  // namespace tempfile::inline v0_1::internal
