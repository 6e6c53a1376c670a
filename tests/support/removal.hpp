// What the tests of removal share: trees, and a place where one stands beside another that must stay whole.
#pragma once

#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace removal {

namespace fs = std::filesystem;

// root, a, a/b, a/b/c, empty, three files, two links: ten entries.
inline constexpr std::uintmax_t entries_of_a_small_tree = 10;
inline void make_small_tree(const fs::path& root) {
  fs::create_directories(root / "a/b/c");
  fs::create_directory(root / "empty");
  for (const char* const file : {"file", "a/file", "a/b/c/file"}) support::write_file(root / file, "x");
  fs::create_symlink("nowhere", root / "dangling");
  fs::create_directory_symlink("..", root / "a/up");
}

// A chain of directories of this name, one in the other, with a file in the last: made through descriptors, because its
// path is longer than any call would take.
inline void make_chain(const fs::path& root, int levels, const std::string& name) {
  fs::create_directory(root);
  tempfile::file_handle at{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  for (int level = 0; level < levels; ++level) {
    ASSERT_EQ(::mkdirat(at.native_handle(), name.c_str(), 0700), 0);
    at = tempfile::file_handle{::openat(at.native_handle(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    ASSERT_TRUE(at.is_open());
  }
  const tempfile::file_handle file{::openat(at.native_handle(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_TRUE(file.is_open());
}

class remove_tree : public testing::Test {
 protected:
  remove_tree() { make_small_tree(canary_); }
  ~remove_tree() override {
    EXPECT_EQ(tempfile::remove_tree(canary_), entries_of_a_small_tree);
    // A test that fails can leave a tree that only this tool removes.
    static_cast<void>(std::system(
        ("chmod -R u+rwx '" + scratch_.path().string() + "' && rm -rf '" + scratch_.path().string() + "'/*").c_str()));
  }

  void expect_gone(const fs::path& path) const {
    EXPECT_EQ(fs::symlink_status(path).type(), fs::file_type::not_found) << path;
  }

  support::scratch_directory scratch_;
  fs::path canary_{scratch_ / "canary"};
  fs::path tree_{scratch_ / "tree"};
};

}  // namespace removal
