// What the library does where a system, a file system or a filter refuses what it would rather use.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "faults.hpp"
#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

class fallbacks : public testing::Test {
 protected:
  support::scratch_directory directory_;
};

// A thread that has got no random numbers yet.
template <class Work>
void in_new_thread(Work work) {
  std::thread{work}.join();
}

std::string name_of_zeros(const std::string& prefix) { return prefix + "aaaaaaaaaaaa"; }

TEST_F(fallbacks, a_taken_name_is_not_used_and_the_next_one_is_tried) {
  const fs::path taken = directory_ / name_of_zeros("tmp");
  support::write_file(taken, "a stranger's");
  in_new_thread([&] {
    const faults::zero_entropy entropy{3};
    const auto [file, path] = tempfile::mkstemp({.dir = directory_.path()});
    EXPECT_NE(path, taken);
  });
  EXPECT_EQ(support::read_file(taken), "a stranger's");
}

TEST_F(fallbacks, a_name_taken_by_a_link_a_directory_or_a_pipe_is_not_followed) {
  const fs::path victim = directory_ / "victim";
  support::write_file(victim, "untouched");
  const fs::path taken = directory_ / name_of_zeros("tmp");
  const auto plant = [&](int kind) {
    fs::remove(taken);
    if (kind == 0) fs::create_symlink(victim, taken);
    if (kind == 1) fs::create_symlink(directory_ / "missing", taken);
    if (kind == 2) fs::create_directory(taken);
    if (kind == 3) {
      ASSERT_EQ(::mkfifo(taken.c_str(), 0600), 0);
    }
    if (kind == 4) fs::create_hard_link(victim, taken);
  };
  for (int kind = 0; kind < 5; ++kind) {
    plant(kind);
    in_new_thread([&] {
      const faults::zero_entropy entropy{1};
      tempfile::named_temporary_file file{{.dir = directory_.path()}};
      EXPECT_NE(file.path(), taken);
      file << "secret";
    });
    {
      const faults::zero_entropy entropy{1};
      const tempfile::temporary_directory made{{.dir = directory_.path()}};
      EXPECT_NE(made.path(), taken);
    }
    {
      const faults::without_unnamed_files unsupported{EOPNOTSUPP};
      const faults::zero_entropy entropy{1};
      tempfile::temporary_file file{{.dir = directory_.path()}};
      file << "secret";
    }
    EXPECT_EQ(support::read_file(victim), "untouched");
    EXPECT_FALSE(fs::exists(directory_ / "missing"));
    EXPECT_EQ(support::entries(directory_.path()).size(), 2U);
  }
}

TEST_F(fallbacks, names_run_out_after_a_bounded_number_of_attempts) {
  support::write_file(directory_ / name_of_zeros("tmp"), "");
  in_new_thread([&] {
    const faults::zero_entropy entropy{1000};
    std::error_code error;
    const auto made = tempfile::mkstemp({.dir = directory_.path()}, error);
    EXPECT_EQ(error, tempfile::errc::no_unused_name);
    EXPECT_EQ(error, std::errc::file_exists);
    EXPECT_FALSE(made.file.is_open());
    try {
      static_cast<void>(tempfile::mkdtemp({.dir = directory_.path()}));
      FAIL() << "a taken name was handed out";
    } catch (const fs::filesystem_error& thrown) {
      EXPECT_EQ(thrown.path1(), directory_.path());
      EXPECT_NE(std::string{thrown.what()}.find("taken"), std::string::npos);
    }
  });
}

TEST_F(fallbacks, only_a_taken_name_is_tried_again) {
  const faults::failing once{faults::call::openat, 1, EACCES};
  std::error_code error;
  static_cast<void>(tempfile::mkstemp({.dir = directory_.path()}, error));
  EXPECT_EQ(error, std::errc::permission_denied);
}

TEST_F(fallbacks, names_are_random_without_getentropy) {
  in_new_thread([&] {
    const faults::failing never{faults::call::getentropy, ENOSYS};
    const fs::path first = tempfile::mkstemp({.dir = directory_.path()}).path;
    const fs::path second = tempfile::mkstemp({.dir = directory_.path()}).path;
    EXPECT_TRUE(never.has_happened());
    EXPECT_NE(first, second);
  });
}

// --- putting in place
// -------------------------------------------------------------------------------------------------

TEST_F(fallbacks, a_file_is_persisted_once_without_renameat2) {
  for (const int error : {ENOSYS, EINVAL, EPERM}) {
    const faults::failing never{faults::call::renameat2, error};
    const fs::path target = directory_ / "target";
    tempfile::named_temporary_file first{{.dir = directory_.path()}};
    tempfile::named_temporary_file second{{.dir = directory_.path()}};
    first.persist(target, {.overwrite = false});
    std::error_code refused;
    second.persist(target, {.overwrite = false}, refused);
    EXPECT_EQ(refused, std::errc::file_exists);
    second.close();
    EXPECT_EQ(support::entries(directory_.path()), std::vector<fs::path>{target});
    fs::remove(target);
  }
}

TEST_F(fallbacks, a_file_is_persisted_once_where_files_have_one_name_only) {
  for (const int error : {EPERM, EMLINK, EOPNOTSUPP}) {
    const faults::failing never{faults::call::renameat2, ENOSYS};
    const faults::without_links one_name{error};
    const fs::path target = directory_ / "target";
    tempfile::named_temporary_file first{{.dir = directory_.path()}};
    first << "first";
    tempfile::named_temporary_file second{{.dir = directory_.path()}};
    first.persist(target, {.overwrite = false});
    std::error_code refused;
    second.persist(target, {.overwrite = false}, refused);
    EXPECT_EQ(refused, std::errc::file_exists);
    second.close();
    EXPECT_EQ(support::read_file(target), "first");
    EXPECT_EQ(support::entries(directory_.path()), std::vector<fs::path>{target});
    fs::remove(target);
  }
}

TEST_F(fallbacks, a_name_taken_meanwhile_is_left_alone_where_files_have_one_name_only) {
  const faults::failing never{faults::call::renameat2, ENOSYS};
  const faults::without_links one_name{EPERM};
  const fs::path target = directory_ / "target";
  tempfile::named_temporary_file file{{.dir = directory_.path()}};
  const faults::intervention other{faults::call::linkat, 1, [&] { support::write_file(target, "another's"); }};
  std::error_code refused;
  file.persist(target, {.overwrite = false}, refused);
  EXPECT_TRUE(other.has_happened());
  EXPECT_EQ(refused, std::errc::file_exists);
  EXPECT_EQ(support::read_file(target), "another's");
}

TEST_F(fallbacks, a_name_that_was_reserved_goes_when_the_file_can_not_be_renamed_to_it) {
  const faults::without_links one_name{EPERM};
  const fs::path target = directory_ / "target";
  {
    tempfile::named_temporary_file file{{.dir = directory_.path()}};
    std::error_code refused;
    {
      const faults::failing never{faults::call::renameat2, ENOSYS};
      const faults::intervention gone{faults::call::renameat, 1, [&] { fs::remove(file.path()); }};
      file.persist(target, {.overwrite = false}, refused);
      EXPECT_TRUE(gone.has_happened());
    }
    EXPECT_EQ(refused, std::errc::no_such_file_or_directory);
  }
  EXPECT_EQ(support::entries(directory_.path()), std::vector<fs::path>{});
}

// The first rename is to a private name beside the target, the second to the target.
TEST_F(fallbacks, a_name_that_was_reserved_and_taken_by_others_is_left_to_them) {
  const faults::without_links one_name{EPERM};
  const faults::failing never{faults::call::renameat2, ENOSYS};
  const fs::path target = directory_ / "target";
  support::write_file(directory_ / "others", "another's");
  tempfile::named_temporary_file file{{.dir = directory_.path()}};
  const faults::intervention taken{faults::call::renameat, 2, [&] {
                                     fs::rename(directory_ / "others", target);
                                     fs::remove(tempfile::glob(directory_.path(), ".*.tmp").at(0));
                                   }};
  std::error_code refused;
  file.persist(target, {.overwrite = false}, refused);
  EXPECT_TRUE(taken.has_happened());
  EXPECT_EQ(refused, std::errc::no_such_file_or_directory);
  EXPECT_EQ(support::read_file(target), "another's");
}

TEST_F(fallbacks, a_directory_is_persisted_once_and_not_exchanged_without_renameat2) {
  const faults::failing never{faults::call::renameat2, ENOSYS};
  const fs::path target = directory_ / "target";
  tempfile::temporary_directory first{{.dir = directory_.path()}};
  support::write_file(first / "file", "");
  first.persist(target, {.overwrite = false});
  EXPECT_TRUE(fs::exists(target / "file"));
  tempfile::temporary_directory second{{.dir = directory_.path()}};
  std::error_code refused;
  second.persist(target, {.overwrite = false}, refused);
  EXPECT_EQ(refused, std::errc::file_exists);
  second.persist(target, {}, refused);
  EXPECT_EQ(refused, std::errc::operation_not_supported);
  EXPECT_TRUE(fs::exists(target / "file"));
  EXPECT_TRUE(fs::exists(second.path()));
}

TEST_F(fallbacks, a_file_without_a_name_is_copied_where_it_can_get_none) {
  const faults::failing never{faults::call::linkat, ENOENT};  // /proc is not mounted
  const fs::path target = directory_ / "target";
  for (const char* const text : {"new", "replaces"}) {
    tempfile::temporary_file file{{.dir = directory_.path()}};
    file << text;
    file.persist(target);
    EXPECT_EQ(support::read_file(target), text);
    EXPECT_EQ(support::entries(directory_.path()), std::vector<fs::path>{target});
  }
}

TEST_F(fallbacks, a_file_is_copied_without_the_calls_that_copy) {
  const support::scratch_directory other{support::quick_place()};
  for (const int error : {ENOSYS, EXDEV, EINVAL, EOPNOTSUPP}) {
    const faults::failing never{faults::call::copy_file_range, error};
    const faults::short_transfers few{1000};
    tempfile::temporary_file file{{.dir = other.path()}};
    const std::string text(200'000, 'x');
    file << text;
    file.persist(directory_ / "target");
    EXPECT_EQ(support::read_file(directory_ / "target"), text);
  }
}

TEST_F(fallbacks, nothing_is_synced_unless_that_is_wanted) {
  const fs::path target = directory_ / "target";
  const auto write = [&](tempfile::durability wanted) {
    std::error_code error;
    tempfile::write_file(target, "text", {.durability = wanted}, error);
    return error;
  };
  {
    const faults::failing never{faults::call::fsync, EIO};
    EXPECT_FALSE(write(tempfile::durability::none));
    EXPECT_FALSE(write(tempfile::durability::data));
    fs::remove(target);
    EXPECT_EQ(write(tempfile::durability::full), std::errc::io_error);
    EXPECT_FALSE(fs::exists(target));
  }
  {
    const faults::failing never{faults::call::fdatasync, EIO};
    EXPECT_FALSE(write(tempfile::durability::none));
    fs::remove(target);
    EXPECT_EQ(write(tempfile::durability::data), std::errc::io_error);
    EXPECT_FALSE(fs::exists(target));
  }
  // The bytes, on Linux the file that had no name, and the directory: only the last of these comes too late.
  const faults::failing last{faults::call::fsync, support::has_linux_platform() ? 3 : 2, EIO};
  EXPECT_EQ(write(tempfile::durability::full), std::errc::io_error);
  EXPECT_EQ(support::read_file(target), "text");
}

TEST_F(fallbacks, an_unnamed_file_is_unlinked_at_once_where_it_can_not_be_made_without_a_name) {
  for (const int error : {EOPNOTSUPP, EISDIR, ENOENT, EINVAL, ENOSYS, EPERM}) {
    const faults::without_unnamed_files unsupported{error};
    tempfile::temporary_file file{{.dir = directory_.path()}};
    EXPECT_TRUE(support::entries(directory_.path()).empty());
    struct stat status {};
    ASSERT_EQ(::fstat(file.native_handle(), &status), 0);
    EXPECT_EQ(status.st_nlink, 0U);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_NE(::fcntl(file.native_handle(), F_GETFD) & FD_CLOEXEC, 0);
    file << "text";
    file.seek(0);
    std::string text;
    file >> text;
    EXPECT_EQ(text, "text");
  }
}

TEST_F(fallbacks, an_unnamed_file_is_not_tried_with_a_name_when_the_reason_is_another) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: O_TMPFILE";
  for (const int error : {ENOSPC, EMFILE, EACCES, EROFS, EDQUOT}) {
    const faults::without_unnamed_files refused{error};
    std::error_code reported;
    const tempfile::temporary_file file{{.dir = directory_.path()}, reported};
    EXPECT_EQ(reported.value(), error);
    EXPECT_FALSE(file.is_open());
  }
}

TEST_F(fallbacks, a_refusal_of_unnamed_files_is_not_remembered) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: O_TMPFILE";
  {
    const faults::without_unnamed_files unsupported{EOPNOTSUPP};
    const tempfile::temporary_file file{{.dir = directory_.path()}};
  }
  const faults::failing no_name_needed{faults::call::unlinkat, EIO};
  const tempfile::temporary_file file{{.dir = directory_.path()}};
  EXPECT_TRUE(file.is_open());
}

TEST_F(fallbacks, writes_and_reads_that_are_cut_short_are_continued) {
  const faults::short_transfers bytewise{3};
  tempfile::temporary_file file{{.dir = directory_.path()}};
  const std::string written(100'000, 'x');
  file << written;
  file.seek(0);
  std::string text(written.size(), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  EXPECT_EQ(text, written);

  auto [handle, path] = tempfile::mkstemp({.dir = directory_.path()});
  EXPECT_EQ(handle.write("0123456789"), 10U);
  std::string read_back(10, '\0');
  handle.seek(0);
  EXPECT_EQ(handle.read(std::span<char>{read_back}), 10U);
  EXPECT_EQ(read_back, "0123456789");
}

void make_tree(const fs::path& root) {
  fs::create_directories(root / "a/b/c");
  fs::create_directories(root / "empty");
  support::write_file(root / "a/b/file", "");
  fs::create_symlink(root, root / "a/link");
}

TEST_F(fallbacks, a_tree_is_removed_where_directories_do_not_tell_what_their_entries_are) {
  const faults::without_entry_types untyped;
  make_tree(directory_ / "tree");
  EXPECT_EQ(tempfile::remove_tree(directory_ / "tree"), 7U);
  EXPECT_FALSE(fs::exists(directory_ / "tree"));
}

TEST_F(fallbacks, a_tree_is_removed_without_openat2) {
  for (const int error : {ENOSYS, EPERM}) {
    const faults::failing never{faults::call::openat2, error};
    make_tree(directory_ / "tree");
    EXPECT_EQ(tempfile::remove_tree(directory_ / "tree"), 7U);
  }
}

TEST_F(fallbacks, a_directory_bound_from_the_same_file_system_is_not_entered_without_openat2) {
  const fs::path bound = directory_ / "tree/bound";
  fs::create_directories(bound);
  make_tree(directory_ / "canary");
  const int status = support::run_with_own_mounts([&] {
    if (::mount((directory_ / "canary").c_str(), bound.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return support::not_available;
    }
    const faults::failing never{faults::call::openat2, ENOSYS};
    tempfile::removal_report report;
    tempfile::remove_tree(directory_ / "tree", report);
    return report.failed == 1 && report.failures.front().error == tempfile::errc::mount_point ? 0 : 1;
  });
  if (status == support::not_available) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(status, 0);
  EXPECT_EQ(tempfile::remove_tree(directory_ / "canary"), 7U);
}

// 60 directories of 20 files: enough for several threads.
constexpr std::uintmax_t entries_of_a_wide_tree = 1261;
void make_wide_tree(const fs::path& root) {
  for (int i = 0; i < 60; ++i) {
    fs::create_directories(root / std::to_string(i));
    for (int j = 0; j < 20; ++j) support::write_file(root / std::to_string(i) / std::to_string(j), "");
  }
}

TEST_F(fallbacks, a_wide_tree_is_removed_where_no_thread_can_be_had) {
  make_wide_tree(directory_ / "tree");
  const faults::failing never{faults::call::start_thread, EAGAIN};
  EXPECT_EQ(tempfile::remove_tree(directory_ / "tree"), entries_of_a_wide_tree);
  EXPECT_TRUE(never.has_happened() || std::thread::hardware_concurrency() < 2);
}

TEST_F(fallbacks, a_wide_tree_is_removed_though_its_threads_find_no_descriptors) {
  const support::scratch_directory quick{support::quick_place()};
  for (const int nth : {3, 4, 5, 8, 13, 21, 34, 55}) {  // the first two are one thread's, which has nothing to close
    make_wide_tree(quick / "tree");
    const faults::failing once{faults::call::openat2, nth, EMFILE};
    tempfile::removal_report report;
    EXPECT_EQ(tempfile::remove_tree(quick / "tree", report), entries_of_a_wide_tree) << nth;
    EXPECT_EQ(report.failed, 0U) << nth;
  }
}

TEST_F(fallbacks, a_small_tree_is_removed_by_one_thread) {
  make_tree(directory_ / "tree");
  const faults::failing watched{faults::call::start_thread, EAGAIN};
  EXPECT_EQ(tempfile::remove_tree(directory_ / "tree"), 7U);
  EXPECT_FALSE(watched.has_happened());
}

TEST_F(fallbacks, a_tree_is_left_whole_and_the_reason_told_when_there_is_no_descriptor_to_be_had) {
  make_tree(directory_ / "tree");
  std::error_code error;
  {
    const faults::failing never{faults::call::openat, EMFILE};
    EXPECT_EQ(tempfile::remove_tree(directory_ / "tree", error), 0U);
  }
  EXPECT_EQ(error, std::errc::too_many_files_open);
  EXPECT_EQ(tempfile::remove_tree(directory_ / "tree"), 7U);
}

TEST_F(fallbacks, a_file_whose_close_fails_is_reported_and_its_name_is_gone) {
  tempfile::named_temporary_file file{{.dir = directory_.path()}};
  const faults::failing once{faults::call::close, 1, EIO};
  std::error_code error;
  file.close(error);
  EXPECT_EQ(error, std::errc::io_error);
  EXPECT_FALSE(file.is_open());
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(fallbacks, bytes_that_could_not_be_written_are_kept_and_written_later) {
  tempfile::named_temporary_file file{{.dir = directory_.path()}};
  file << "precious";
  {
    const faults::failing full{faults::call::write, ENOSPC};
    std::error_code error;
    file.close(error);
    EXPECT_EQ(error, std::errc::no_space_on_device);
    EXPECT_TRUE(file.is_open());
    EXPECT_THROW(file.close(), fs::filesystem_error);
  }
  file.clear();
  file.flush();
  EXPECT_EQ(support::read_file(file.path()), "precious");
  file.close();
}

std::vector<std::error_code> told;
void remember(const fs::path&, const std::error_code& error) noexcept { told.push_back(error); }

TEST_F(fallbacks, bytes_that_a_destructor_could_not_write_are_told_to_the_hook) {
  const auto before = tempfile::set_cleanup_error_hook(remember);
  told.clear();
  {
    tempfile::temporary_file unnamed{{.dir = directory_.path()}};
    tempfile::named_temporary_file named{{.dir = directory_.path()}};
    unnamed << "lost";
    named << "lost";
    const faults::failing full{faults::call::write, ENOSPC};
    { const tempfile::temporary_file taken{std::move(unnamed)}; }
    { const tempfile::named_temporary_file taken{std::move(named)}; }
  }
  tempfile::set_cleanup_error_hook(before);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0], std::errc::no_space_on_device);
  EXPECT_EQ(told[1], std::errc::no_space_on_device);
  EXPECT_TRUE(support::entries(directory_.path()).empty());
}

TEST_F(fallbacks, a_read_that_fails_is_an_error_and_not_the_end_of_the_file) {
  tempfile::temporary_file file{{.dir = directory_.path()}};
  file << "text";
  file.seek(0);
  const faults::failing broken{faults::call::read, EIO};
  std::string text;
  EXPECT_FALSE(file >> text);
  EXPECT_TRUE(file.bad());
  EXPECT_EQ(file.last_error(), std::errc::io_error);
}

// Whether a directory stays that a forked child destroys, and goes with the parent, and the child has names of its own.
// To be run in a child, because a process asks once for the memory that tells; `while_it_fails` is only to be there.
template <class Fault>
int survives_a_forked_child(const fs::path& directory, const Fault& /*while_it_fails*/) {
  auto* const made = new tempfile::temporary_directory{{.dir = directory}};
  const fs::path path = made->path();
  const fs::path name_of_parent = tempfile::named_temporary_file{{.dir = directory}}.path();
  const int grandchild = support::run_in_child([&] {
    delete made;
    return tempfile::named_temporary_file{{.dir = directory}}.path() == name_of_parent ? 1 : 0;
  });
  const bool is_there = fs::exists(path);
  delete made;
  return grandchild == 0 && is_there && !fs::exists(path) ? 0 : 1;
}

TEST_F(fallbacks, a_forked_child_owns_nothing_of_its_parent_on_a_system_without_memory_wiped_on_fork) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has no such memory anyway";
  EXPECT_EQ(support::run_in_child([&] {
              return survives_a_forked_child(directory_.path(), faults::failing{faults::call::map_memory, 1, ENOMEM});
            }),
            0);
}

TEST_F(fallbacks, a_forked_child_owns_nothing_of_its_parent_where_advice_is_taken_and_ignored) {
  EXPECT_EQ(support::run_in_child([&] { return survives_a_forked_child(directory_.path(), faults::advice_ignored{}); }),
            0);
}

}  // namespace
