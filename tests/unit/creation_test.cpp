// What all creating calls have in common: names, modes, descriptors, errors.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using support::run_in_child;

constexpr uid_t nobody = 65534;

// One way to create, looked at from outside while the object is alive.
struct way {
  const char* name;
  // Creates, and calls look(path): the path of an unnamed file is that of its descriptor.
  void (*create)(const tempfile::options& wanted, const std::function<void(const fs::path&)>& look);
  std::error_code (*fail)(const tempfile::options& wanted);
  bool is_directory;
};

void PrintTo(const way& shown, std::ostream* out) { *out << shown.name; }

using look = std::function<void(const fs::path&)>;

template <class Options>
Options as(const tempfile::options& wanted) {
  return {wanted.prefix, wanted.suffix, wanted.dir, wanted.mode, wanted.inheritable};
}

fs::path path_of(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

const way ways[] = {
    // the first makes no name
    {"temporary_file",
     [](const tempfile::options& wanted, const look& use) {
       const tempfile::temporary_file file{wanted};
       use(path_of(file.native_handle()));
     },
     [](const tempfile::options& wanted) {
       std::error_code error;
       const tempfile::temporary_file file{wanted, error};
       EXPECT_EQ(file.is_open(), !error);
       EXPECT_EQ(file.bad(), static_cast<bool>(error));
       return error;
     },
     false},
    {"named_temporary_file",
     [](const tempfile::options& wanted, const look& use) {
       const tempfile::named_temporary_file file{as<tempfile::named_temporary_file_options>(wanted)};
       use(file.path());
     },
     [](const tempfile::options& wanted) {
       std::error_code error;
       const tempfile::named_temporary_file file{as<tempfile::named_temporary_file_options>(wanted), error};
       EXPECT_EQ(file.is_open(), !error);
       EXPECT_EQ(file.path().empty(), static_cast<bool>(error));
       return error;
     },
     false},
    {"temporary_directory",
     [](const tempfile::options& wanted, const look& use) {
       const tempfile::temporary_directory directory{as<tempfile::temporary_directory_options>(wanted)};
       use(directory.path());
     },
     [](const tempfile::options& wanted) {
       std::error_code error;
       const tempfile::temporary_directory directory{as<tempfile::temporary_directory_options>(wanted), error};
       EXPECT_EQ(directory.path().empty(), static_cast<bool>(error));
       return error;
     },
     true},
    {"mkstemp",
     [](const tempfile::options& wanted, const look& use) {
       const auto made = tempfile::mkstemp(wanted);
       use(made.path);
       fs::remove(made.path);
     },
     [](const tempfile::options& wanted) {
       std::error_code error;
       const auto made = tempfile::mkstemp(wanted, error);
       EXPECT_EQ(made.file.is_open(), !error);
       EXPECT_EQ(made.path.empty(), static_cast<bool>(error));
       return error;
     },
     false},
    {"mkdtemp",
     [](const tempfile::options& wanted, const look& use) {
       const fs::path path = tempfile::mkdtemp(wanted);
       use(path);
       fs::remove(path);
     },
     [](const tempfile::options& wanted) {
       std::error_code error;
       const fs::path path = tempfile::mkdtemp(wanted, error);
       EXPECT_EQ(path.empty(), static_cast<bool>(error));
       return error;
     },
     true},
};

bool is_random_between(std::string_view prefix, const fs::path& path, std::string_view suffix) {
  const std::string name = path.filename().string();
  if (name.size() != prefix.size() + 12 + suffix.size()) return false;
  return name.starts_with(prefix) && name.ends_with(suffix) &&
         name.substr(prefix.size(), 12).find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos;
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

class creating : public testing::TestWithParam<way> {
 protected:
  // Both forms fail, with one reason, and nothing comes of it.
  void expect_failure(const tempfile::options& wanted, const std::function<bool(const std::error_code&)>& is_expected,
                      const std::string& named) {
    const std::size_t open_before = support::open_descriptors();
    const auto before = support::entries(directory_.path());
    EXPECT_TRUE(is_expected(GetParam().fail(wanted)));
    try {
      GetParam().create(wanted, [](const fs::path&) {});
      ADD_FAILURE() << "was created";
    } catch (const fs::filesystem_error& error) {
      EXPECT_TRUE(is_expected(error.code())) << error.what();
      EXPECT_NE(std::string{error.what()}.find(named), std::string::npos) << error.what();
      EXPECT_NE(std::string{error.what()}.find(error.code().message()), std::string::npos) << error.what();
    }
    EXPECT_EQ(support::entries(directory_.path()), before);
    EXPECT_EQ(support::open_descriptors(), open_before);
  }

  static auto is(std::errc reason) {
    return [reason](const std::error_code& error) { return error == reason; };
  }

  support::scratch_directory directory_;
};

class creating_a_name : public creating {};

TEST_P(creating_a_name, names_are_prefix_twelve_random_characters_and_suffix) {
  GetParam().create({.dir = directory_.path()}, [&](const fs::path& path) {
    EXPECT_EQ(path.parent_path(), directory_.path());
    EXPECT_TRUE(is_random_between("tmp", path, "")) << path;
    EXPECT_EQ(fs::is_directory(path), GetParam().is_directory);
  });
  GetParam().create({.prefix = "a b", .suffix = ".tar.gz", .dir = directory_.path()},
                    [](const fs::path& path) { EXPECT_TRUE(is_random_between("a b", path, ".tar.gz")) << path; });
  GetParam().create({.prefix = "", .dir = directory_.path()},
                    [](const fs::path& path) { EXPECT_TRUE(is_random_between("", path, "")) << path; });
}

TEST_P(creating, modes_are_private_and_never_more_than_the_umask_allows) {
  for (const mode_t mask : {0U, 022U, 077U, 0277U, 0777U}) {
    const support::umask_guard guard{mask};
    GetParam().create({.dir = directory_.path()}, [&](const fs::path& path) {
      EXPECT_EQ(mode_of(path), (GetParam().is_directory ? 0700U : 0600U) & ~mask) << std::oct << mask;
    });
  }
}

TEST_P(creating, modes_are_what_was_asked_for_under_any_umask) {
  for (const mode_t mask : {0U, 022U, 0777U}) {
    const support::umask_guard guard{mask};
    for (const unsigned mode : {0755U, 0640U, 0666U, 0400U, 0700U}) {
      GetParam().create({.dir = directory_.path(), .mode = fs::perms{mode}},
                        [&](const fs::path& path) { EXPECT_EQ(mode_of(path), mode) << std::oct << mask; });
    }
  }
}

TEST_P(creating, modes_are_exact_for_an_ordinary_user) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to become somebody else";
  fs::permissions(directory_.path(), fs::perms{0777});
  EXPECT_EQ(run_in_child([&] {
              if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 1;
              ::umask(0777);
              bool is_right = false;
              const fs::perms mode{GetParam().is_directory ? 0710U : 0640U};
              GetParam().create({.dir = directory_.path(), .mode = mode},
                                [&](const fs::path& path) { is_right = mode_of(path) == static_cast<unsigned>(mode); });
              return is_right && support::entries(directory_.path()).empty() ? 0 : 2;
            }),
            0);
}

TEST_P(creating, a_group_that_is_inherited_stays_inherited) {
  ASSERT_EQ(::chmod(directory_.path().c_str(), 02700), 0);
  if (mode_of(directory_.path()) != 02700) GTEST_SKIP() << "needs set-group-ID directories";
  const support::umask_guard guard{0777};
  const fs::perms mode{GetParam().is_directory ? 0700U : 0600U};
  GetParam().create({.dir = directory_.path(), .mode = mode},
                    [&](const fs::path& path) { EXPECT_EQ(mode_of(path), GetParam().is_directory ? 02700U : 0600U); });
}

TEST_P(creating, a_prefix_or_suffix_that_leads_elsewhere_is_refused) {
  const std::string nul{"a\0b", 3};
  for (const std::string& part : {std::string{"a/b"}, std::string{"../x"}, std::string{"/abs"}, nul}) {
    expect_failure({.prefix = part, .dir = directory_.path()}, is(std::errc::invalid_argument), "prefix");
    expect_failure({.suffix = part, .dir = directory_.path()}, is(std::errc::invalid_argument), "suffix");
  }
}

TEST_P(creating, a_directory_path_with_a_nul_is_refused) {
  const std::string nul{directory_.path().string() + std::string{"\0x", 2}};
  expect_failure({.dir = nul}, is(std::errc::invalid_argument), "NUL");
}

TEST_P(creating_a_name, a_name_that_is_too_long_is_the_systems_error) {
  expect_failure({.prefix = std::string(300, 'x'), .dir = directory_.path()}, is(std::errc::filename_too_long),
                 directory_.path().string());
}

TEST_P(creating, a_directory_that_is_missing_is_named) {
  const fs::path missing = directory_ / "missing";
  expect_failure({.dir = missing}, is(std::errc::no_such_file_or_directory), missing.string());
}

TEST_P(creating, a_directory_that_is_a_file_is_named) {
  const fs::path file = directory_ / "file";
  support::write_file(file, "");
  expect_failure({.dir = file}, is(std::errc::not_a_directory), file.string());
}

TEST_P(creating, a_directory_that_may_not_be_written_is_named) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to become somebody else";
  fs::permissions(directory_.path(), fs::perms{0755});
  EXPECT_EQ(run_in_child([&] {
              if (::setuid(nobody) != 0) return 1;
              return GetParam().fail({.dir = directory_.path()}) == std::errc::permission_denied ? 0 : 2;
            }),
            0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_P(creating, a_directory_that_may_be_written_but_not_read_will_do) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to become somebody else";
  fs::permissions(directory_.path(), fs::perms{0733});
  EXPECT_EQ(run_in_child([&] {
              if (::setuid(nobody) != 0) return 1;
              GetParam().create({.dir = directory_.path()}, [](const fs::path&) {});
              return 0;
            }),
            0);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_P(creating, a_relative_directory_gives_an_absolute_path_that_is_still_right_after_chdir) {
  EXPECT_EQ(run_in_child([&] {
              fs::create_directory(directory_ / "sub");
              fs::current_path(directory_.path());
              bool is_right = true;
              for (const char* const dir : {"sub", "./sub", "."}) {
                GetParam().create({.dir = dir}, [&](const fs::path& path) {
                  is_right = is_right && path.is_absolute() && path == path.lexically_normal() && fs::exists(path);
                  fs::current_path("/");
                });
                fs::current_path(directory_.path());
              }
              fs::remove(directory_ / "sub");
              return is_right && support::entries(directory_.path()).empty() ? 0 : 1;
            }),
            0);
}

TEST_P(creating, leaves_nothing_behind) {
  const std::size_t open_before = support::open_descriptors();
  for (int i = 0; i < 10; ++i) GetParam().create({.dir = directory_.path()}, [](const fs::path&) {});
  EXPECT_TRUE(support::entries(directory_.path()).empty());
  EXPECT_EQ(support::open_descriptors(), open_before);
}

TEST_P(creating, goes_on_in_many_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) GetParam().create({.dir = directory_.path()}, [](const fs::path&) {});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_P(creating_a_name, uses_the_default_directory_if_none_is_given) {
  tempfile::settempdir(directory_.path());
  GetParam().create({}, [&](const fs::path& path) { EXPECT_EQ(path.parent_path(), directory_.path()); });
  tempfile::settempdir({});
}

INSTANTIATE_TEST_SUITE_P(ways_with_a_name, creating_a_name, testing::ValuesIn(std::begin(ways) + 1, std::end(ways)),
                         [](const auto& tried) { return std::string{tried.param.name}; });

INSTANTIATE_TEST_SUITE_P(all_ways, creating, testing::ValuesIn(ways),
                         [](const auto& tried) { return std::string{tried.param.name}; });

class names : public testing::Test {
 protected:
  std::string next() {
    const fs::path path = tempfile::mkdtemp({.dir = directory_.path()});
    fs::remove(path);
    return path.filename().string();
  }
  support::scratch_directory directory_;
};

TEST_F(names, never_repeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 5000; ++i) seen.insert(next());
  EXPECT_EQ(seen.size(), 5000U);
}

TEST_F(names, use_every_character_in_every_place) {
  std::array<std::set<char>, 12> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = next();
    for (std::size_t at = 0; at < seen.size(); ++at) seen.at(at).insert(name.at(3 + at));
  }
  for (const std::set<char>& characters : seen) EXPECT_EQ(characters.size(), 32U);
}

TEST_F(names, differ_between_parent_and_child) {
  const std::string before = next();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  run_in_child([&] {
    const std::string name = next();
    return ::write(ends[1], name.data(), name.size()) == static_cast<ssize_t>(name.size()) ? 0 : 1;
  });
  std::string childs(before.size(), '\0');
  ASSERT_EQ(::read(ends[0], childs.data(), childs.size()), static_cast<ssize_t>(childs.size()));
  EXPECT_NE(childs, next());
  ::close(ends[0]);
  ::close(ends[1]);
}

class descriptors : public testing::Test {
 protected:
  static bool is_closed_on_exec(int descriptor) { return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0; }

  // Whether a program that is executed finds the descriptor open.
  static bool is_inherited(int descriptor) {
    const pid_t child = ::fork();
    if (child == 0) {
      const std::string check = "[ -e /proc/self/fd/" + std::to_string(descriptor) + " ]";
      ::execl("/bin/sh", "sh", "-c", check.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 0;
  }

  support::scratch_directory directory_;
};

TEST_F(descriptors, are_not_inherited_by_a_program_unless_asked_for) {
  if (!fs::exists("/proc/self/fd")) GTEST_SKIP() << "needs /proc";
  for (const bool inheritable : {false, true}) {
    const tempfile::options wanted{.dir = directory_.path(), .inheritable = inheritable};
    const tempfile::temporary_file unnamed{wanted};
    const tempfile::named_temporary_file named{as<tempfile::named_temporary_file_options>(wanted)};
    const auto manual = tempfile::mkstemp(wanted);
    for (const int descriptor : {unnamed.native_handle(), named.native_handle(), manual.file.native_handle()}) {
      EXPECT_EQ(is_closed_on_exec(descriptor), !inheritable);
      EXPECT_EQ(is_inherited(descriptor), inheritable);
    }
  }
}

TEST_F(descriptors, of_an_unnamed_file_have_no_name_but_can_get_one) {
  tempfile::temporary_file file{{.dir = directory_.path()}};
  file << "to be kept" << std::flush;
  EXPECT_TRUE(support::entries(directory_.path()).empty());
  struct stat status {};
  ASSERT_EQ(::fstat(file.native_handle(), &status), 0);
  EXPECT_EQ(status.st_nlink, 0U);

  const fs::path name = directory_ / "linked";
  if (::linkat(AT_FDCWD, path_of(file.native_handle()).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    GTEST_SKIP() << "needs O_TMPFILE and /proc: " << std::error_code{errno, std::generic_category()}.message();
  }
  EXPECT_EQ(support::read_file(name), "to be kept");
}

}  // namespace
