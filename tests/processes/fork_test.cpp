// A forked child never removes what its parent owns.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using support::run_in_child;

class fork_test : public testing::Test {
 protected:
  struct owners {
    explicit owners(const fs::path& directory)
        : file{{.dir = directory}}, dir{{.dir = directory}}, path{tempfile::mkstemp({.dir = directory}).path} {}
    tempfile::named_temporary_file file;
    tempfile::temporary_directory dir;
    tempfile::temporary_path path;

    [[nodiscard]] bool are_all_there() const {
      return fs::exists(file.path()) && fs::exists(dir.path()) && fs::exists(path.path());
    }
  };

  support::scratch_directory directory_;
};

TEST_F(fork_test, destructors_in_the_child_remove_nothing) {
  const support::hook_listener hook;
  auto owned = std::make_unique<owners>(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              owned.reset();
              return hook.told().empty() ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(owned->are_all_there());
  owned.reset();
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(fork_test, exit_in_the_child_removes_nothing) {
  static std::unique_ptr<owners> owned;
  owned = std::make_unique<owners>(directory_.path());
  std::fflush(nullptr);  // or exit() in the child would print what this process has buffered
  const pid_t child = ::fork();
  if (child == 0) std::exit(0);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(owned->are_all_there());
  owned.reset();
}

TEST_F(fork_test, the_child_is_refused_when_it_asks_to_remove) {
  owners owned{directory_.path()};
  EXPECT_EQ(run_in_child([&] {
              std::error_code error;
              owned.dir.cleanup(error);
              if (error != tempfile::errc::not_owner || error != std::errc::operation_not_permitted) return 1;
              owned.path.remove(error);
              return error == tempfile::errc::not_owner ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, the_child_closes_without_removing) {
  owners owned{directory_.path()};
  EXPECT_EQ(run_in_child([&] {
              std::error_code error;
              owned.file.close(error);
              return error ? 1 : 0;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, moves_and_swaps_in_the_child_remove_nothing) {
  owners owned{directory_.path()};
  EXPECT_EQ(run_in_child([&] {
              owners own{directory_.path()};
              own.file.swap(owned.file);
              swap(own.dir, owned.dir);
              own.path = std::move(owned.path);
              own.dir = tempfile::temporary_directory{{.dir = directory_.path()}};
              return 0;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, what_the_child_makes_is_its_own) {
  const owners owned{directory_.path()};
  const auto before = support::entries(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              {
                const owners own{directory_.path()};
                if (!own.are_all_there()) return 1;
              }
              return support::entries(directory_.path()) == before ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(owned.are_all_there());
}

TEST_F(fork_test, a_grandchild_removes_nothing_either) {
  const auto owned = std::make_unique<owners>(directory_.path());
  EXPECT_EQ(run_in_child([&] {
              auto childs = std::make_unique<owners>(directory_.path());
              const int status = run_in_child([&] {
                childs.reset();
                return 0;
              });
              return status == 0 && childs->are_all_there() ? 0 : 1;
            }),
            0);
  EXPECT_TRUE(owned->are_all_there());
}

// In a new process-id namespace the first child has number 1, and so has the first child of that in the next one.
TEST_F(fork_test, a_child_with_its_parents_process_id_removes_nothing) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX tells processes apart by their number only";
  if (!support::is_root()) GTEST_SKIP() << "needs root, to make process-id namespaces";
  constexpr int no_namespaces = 77;
  const int status = run_in_child([&] {
    if (::unshare(CLONE_NEWPID) != 0) return no_namespaces;
    return run_in_child([&] {
      if (::getpid() != 1) return no_namespaces;
      auto* const owned = new owners{directory_.path()};
      if (::unshare(CLONE_NEWPID) != 0) return no_namespaces;
      const int grandchild = run_in_child([&] {
        if (::getpid() != 1) return no_namespaces;
        owned->~owners();
        return 0;
      });
      if (grandchild != 0) return grandchild;
      const bool is_right = owned->are_all_there();
      delete owned;
      return is_right ? 0 : 1;
    });
  });
  if (status == no_namespaces) GTEST_SKIP() << "needs process-id namespaces";
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST(a_forked_child, that_writes_through_the_descriptor_moves_its_parents_stream_on) {
  tempfile::temporary_file file;
  file << "parent, " << std::flush;
  EXPECT_EQ(support::run_in_child([&] { return ::write(file.native_handle(), "child, ", 7) == 7 ? 0 : 1; }), 0);
  file << "parent again";
  file.seek(0);
  std::string all;
  std::getline(file, all);
  EXPECT_EQ(all, "parent, child, parent again");
}

}  // namespace
