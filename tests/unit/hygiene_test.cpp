// Whatever happens in a core call: no descriptor stays open, no name is left behind, no planted link is followed.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/hook_listener.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

using support::snapshot;

struct core_call {
  const char* name;
  void (*run)(const fs::path& directory);
  bool writes{false};          // to a file in the directory
  bool needs_directory{true};  // fails without it
  bool always_fails{false};
};

void PrintTo(const core_call& shown, std::ostream* out) { *out << shown.name; }

void leave_by_exception(const fs::path& directory) {
  tempfile::named_temporary_file named{{.dir = directory}};
  const tempfile::temporary_file unnamed{{.dir = directory}};
  const tempfile::temporary_directory made{{.dir = directory}};
  named << "not written yet";
  throw std::runtime_error{"on its way"};
}

constexpr core_call core_calls[] = {
    {.name = "temporary_file",
     .run =
         [](const fs::path& directory) {
           tempfile::temporary_file file{{.dir = directory}};
           file << "text";
           file.close();
         },
     .writes = true},
    {.name = "temporary_file_left_open",
     .run =
         [](const fs::path& directory) {
           tempfile::temporary_file file{{.dir = directory}};
           file << "text";
         },
     .writes = true},
    {.name = "named_temporary_file",
     .run =
         [](const fs::path& directory) {
           tempfile::named_temporary_file file{{.dir = directory}};
           file << "text";
           file.close();
         },
     .writes = true},
    {.name = "named_temporary_file_left_open",
     .run =
         [](const fs::path& directory) {
           tempfile::named_temporary_file file{{.dir = directory}};
           file << "text";
         },
     .writes = true},
    {.name = "named_temporary_file_moved_and_swapped",
     .run =
         [](const fs::path& directory) {
           tempfile::named_temporary_file first{{.dir = directory}};
           tempfile::named_temporary_file second{{.dir = directory, .delete_on_close = false}};
           first << "one";
           second << "two";
           swap(first, second);
           tempfile::named_temporary_file third{std::move(first)};
           third = std::move(second);
         },
     .writes = true},
    {.name = "named_temporary_file_into_path",
     .run =
         [](const fs::path& directory) {
           const tempfile::temporary_path path = tempfile::named_temporary_file{{.dir = directory}}.into_path();
         }},
    {.name = "temporary_directory",
     .run =
         [](const fs::path& directory) {
           tempfile::temporary_directory made{{.dir = directory}};
           fs::create_directories(made / "a/b");
           made.cleanup();
         }},
    {.name = "temporary_directory_left_alone",
     .run =
         [](const fs::path& directory) {
           const tempfile::temporary_directory made{{.dir = directory}};
           fs::create_directories(made / "a/b");
         }},
    {.name = "mkstemp",
     .run =
         [](const fs::path& directory) {
           const auto [file, path] = tempfile::mkstemp({.dir = directory});
           const tempfile::temporary_path owner{path};
         }},
    {.name = "mkdtemp", .run = [](const fs::path& directory) { fs::remove(tempfile::mkdtemp({.dir = directory})); }},
    {.name = "gettempdir",
     .run =
         [](const fs::path& directory) {
           const support::environment_guard environment{"TMPDIR", directory.string()};
           tempfile::settempdir({});
           static_cast<void>(tempfile::gettempdir());
           tempfile::settempdir({});
         },
     .needs_directory = false},  // there are others
    {.name = "glob", .run = [](const fs::path& directory) { static_cast<void>(tempfile::glob(directory, "**/*")); }},
    {.name = "remove_tree",
     .run =
         [](const fs::path& directory) {
           fs::create_directory(directory / "tree");
           fs::create_directories(directory / "tree/a/b");
           tempfile::remove_tree(directory / "tree");
         }},
    {.name = "an_exception", .run = leave_by_exception, .always_fails = true},
};

class hygiene : public testing::TestWithParam<core_call> {
 protected:
  hygiene() {
    fs::create_directory(directory_);
    support::write_file(directory_ / "a stranger's", "text");
    fs::create_symlink("nowhere", directory_ / "dangling");
  }

  // Makes the call. Returns whether it, or the hook, told of an error.
  [[nodiscard]] bool tells() const {
    const support::hook_listener hook;
    try {
      GetParam().run(directory_);
    } catch (const std::exception&) {
      return true;
    }
    return !hook.told().empty();
  }

  support::scratch_directory scratch_;
  fs::path directory_{scratch_ / "directory"};
};

TEST_P(hygiene, leaves_descriptors_and_names_as_they_were) {
  const auto before = snapshot(scratch_.path());
  const std::size_t open_before = support::open_descriptors();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(tells(), GetParam().always_fails);
    EXPECT_EQ(support::open_descriptors(), open_before);
    EXPECT_EQ(snapshot(scratch_.path()), before);
  }
}

TEST_P(hygiene, leaves_descriptors_and_names_as_they_were_when_its_directory_is_gone) {
  fs::remove_all(directory_);
  const auto before = snapshot(scratch_.path());
  const std::size_t open_before = support::open_descriptors();
  EXPECT_EQ(tells(), GetParam().needs_directory);
  EXPECT_EQ(support::open_descriptors(), open_before);
  EXPECT_EQ(snapshot(scratch_.path()), before);
}

TEST_P(hygiene, leaves_descriptors_and_names_as_they_were_when_nothing_can_be_written) {
  const auto before = snapshot(scratch_.path());
  const std::size_t open_before = support::open_descriptors();
  {
    const support::file_size_limit limit{0};
    EXPECT_TRUE(tells() || !GetParam().writes);
  }
  tempfile::settempdir({});
  EXPECT_EQ(support::open_descriptors(), open_before);
  EXPECT_EQ(snapshot(scratch_.path()), before);
}

TEST_P(hygiene, leaves_no_descriptor_and_tells_what_it_leaves_when_descriptors_run_out) {
  const auto before = snapshot(scratch_.path());
  for (rlim_t spare = 0; spare < 8; ++spare) {
    EXPECT_EQ(support::run_in_child([&] {
                // Once before: what a sanitizer sees for the first time, it looks into through a pipe.
                if (tells() != GetParam().always_fails) return 1;
                for (int descriptor = 3; descriptor < 1024; ++descriptor) ::close(descriptor);
                const std::size_t open_before = support::open_descriptors();
                bool is_told = false;
                {
                  const support::descriptor_limit few{3 + spare};
                  is_told = tells();
                }
                if (support::open_descriptors() != open_before) return 2;
                return is_told || snapshot(scratch_.path()) == before ? 0 : 3;
              }),
              0)
        << spare;
    // A tree can't be removed without descriptors; a file or an empty directory can.
    for (const fs::path& left : support::entries(directory_)) {
      if (fs::is_directory(left) && !fs::is_empty(left)) fs::remove_all(left);
    }
    EXPECT_EQ(snapshot(scratch_.path()), before) << spare;
  }
}

INSTANTIATE_TEST_SUITE_P(core_calls, hygiene, testing::ValuesIn(core_calls),
                         [](const auto& tried) { return std::string{tried.param.name}; });

// --- planted links ---------------------------------------------------------------------------------------------------

class planted_link : public testing::Test {
 protected:
  planted_link() {
    fs::create_directories(canary_ / "sub");
    support::write_file(canary_ / "file", "precious");
    support::write_file(canary_ / "sub/file", "precious");
    fs::permissions(canary_ / "file", fs::perms::owner_read);
    fs::create_directory(directory_);
    before_ = snapshot(canary_);
  }

  ~planted_link() override { EXPECT_EQ(snapshot(canary_), before_); }

  static fs::path moved_away(const fs::path& path) { return path.string() + ".moved away"; }

  // `path` becomes a link to the canary: to the directory, or to a file in it.
  void plant(const fs::path& path) const {
    const bool is_directory = fs::is_directory(path);
    fs::rename(path, moved_away(path));
    fs::create_symlink(is_directory ? canary_ : canary_ / "file", path);
  }

  support::scratch_directory scratch_;
  fs::path canary_{scratch_ / "canary"};
  fs::path directory_{scratch_ / "directory"};
  std::vector<std::string> before_;
};

TEST_F(planted_link, in_place_of_a_named_file_is_removed_itself_however_the_file_ends) {
  using file_type = tempfile::named_temporary_file;
  using ending = void (*)(std::unique_ptr<file_type>&);
  const ending endings[] = {
      [](auto& file) { file.reset(); },
      [](auto& file) { file->close(); },
      [](auto& file) { *file = file_type{{.dir = file->path().parent_path()}}; },
      [](auto& file) { const tempfile::temporary_path path = std::move(*file).into_path(); },
  };
  for (const ending end : endings) {
    auto file = std::make_unique<file_type>(tempfile::named_temporary_file_options{.dir = directory_});
    const fs::path path = file->path();
    *file << "text";
    plant(path);
    end(file);
    EXPECT_FALSE(fs::is_symlink(path));
    EXPECT_EQ(support::read_file(moved_away(path)), "text");  // written through the handle, not through the name
  }
}

TEST_F(planted_link, in_place_of_a_directory_is_removed_itself_however_the_directory_ends) {
  using directory_type = tempfile::temporary_directory;
  using ending = void (*)(std::unique_ptr<directory_type>&);
  const ending endings[] = {
      [](auto& directory) { directory.reset(); },
      [](auto& directory) { directory->cleanup(); },
      [](auto& directory) { *directory = directory_type{{.dir = directory->path().parent_path()}}; },
  };
  for (const ending end : endings) {
    auto directory = std::make_unique<directory_type>(tempfile::temporary_directory_options{.dir = directory_});
    const fs::path path = directory->path();
    support::write_file(path / "file", "text");
    plant(path);
    end(directory);
    EXPECT_FALSE(fs::is_symlink(path));
    EXPECT_TRUE(fs::exists(moved_away(path) / "file"));
  }
}

TEST_F(planted_link, in_place_of_an_adopted_name_is_left_alone_and_told) {
  const support::hook_listener hook;
  const fs::path path = directory_ / "adopted";
  support::write_file(path, "text");
  {
    const tempfile::temporary_path name{path};
    plant(path);
  }
  EXPECT_TRUE(fs::is_symlink(path));
  ASSERT_EQ(hook.told().size(), 1U);
  EXPECT_EQ(hook.told().front().first, path);
  EXPECT_EQ(hook.told().front().second, tempfile::errc::replaced);
}

// The adopted names are the same where the link leads, so only what they stand for can tell.
TEST_F(planted_link, in_place_of_the_directory_above_is_not_taken_for_it) {
  support::write_file(directory_ / "file", "ours");
  tempfile::temporary_path file{directory_ / "file"};
  fs::create_directory(directory_ / "made");
  tempfile::temporary_path made{directory_ / "made"};
  const fs::path other = scratch_ / "other";
  fs::create_directories(other / made.path().filename() / "sub");
  support::write_file(other / file.path().filename(), "a stranger's");
  fs::rename(directory_, moved_away(directory_));
  fs::create_directory_symlink(other, directory_);

  std::error_code error;
  made.remove(error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  file.remove(error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_EQ(support::read_file(other / file.path().filename()), "a stranger's");
  EXPECT_TRUE(fs::exists(other / made.path().filename() / "sub"));
}

TEST_F(planted_link, in_a_directory_is_removed_itself_and_the_mode_of_its_target_stays) {
  {
    const tempfile::temporary_directory made{{.dir = directory_}};
    fs::create_directory_symlink(canary_, made / "to a directory");
    fs::create_symlink(canary_ / "file", made / "to a file");
    fs::create_directory(made / "locked");
    fs::create_directory_symlink(canary_ / "sub", made / "locked/to a directory");
    fs::create_hard_link(canary_ / "file", made / "locked/same file");
    fs::permissions(made / "locked", fs::perms::none);
  }
  EXPECT_TRUE(support::entries(directory_).empty());
}

}  // namespace
