// From temporary to permanent: what all kinds have in common, and what differs.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;
using tempfile::durability;
using tempfile::persist_options;

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

bool are_on_one_file_system(const fs::path& left, const fs::path& right) {
  struct stat one {};
  struct stat other {};
  return ::stat(left.c_str(), &one) == 0 && ::stat(right.c_str(), &other) == 0 && one.st_dev == other.st_dev;
}

struct rolled_file : tempfile::spooled_temporary_file {
  explicit rolled_file(const tempfile::spooled_temporary_file_options& wanted) : spooled_temporary_file{wanted} {
    rollover();
  }
};

template <class File>
class persist : public testing::Test {
 protected:
  void expect_nothing_beside() const {
    for (const fs::path& entry : support::entries(place_.path())) EXPECT_EQ(entry, target_);
  }

  support::scratch_directory made_;
  support::scratch_directory place_;
  fs::path target_{place_ / "target"};
};

using files = testing::Types<tempfile::temporary_file, tempfile::named_temporary_file, tempfile::spooled_temporary_file,
                             rolled_file>;
TYPED_TEST_SUITE(persist, files);

// --- all kinds of files ----------------------------------------------------------------------------------------------

TYPED_TEST(persist, gives_the_file_its_name_with_all_that_was_written) {
  {
    TypeParam file{{.dir = this->made_.path()}};
    file << "some text";
    EXPECT_EQ(file.persist(this->target_), this->target_);
    EXPECT_FALSE(file.is_open());
  }
  EXPECT_EQ(support::read_file(this->target_), "some text");
  this->expect_nothing_beside();
  EXPECT_TRUE(support::entries(this->made_.path()).empty());
}

TYPED_TEST(persist, replaces_what_stands_there) {
  support::write_file(this->target_, "the old text, which is longer");
  TypeParam file{{.dir = this->made_.path()}};
  file << "new";
  std::error_code error = std::make_error_code(std::errc::io_error);
  EXPECT_EQ(file.persist(this->target_, {}, error), this->target_);
  EXPECT_FALSE(error);
  EXPECT_EQ(support::read_file(this->target_), "new");
  this->expect_nothing_beside();
}

TYPED_TEST(persist, replaces_nothing_if_asked_to_and_can_go_elsewhere) {
  support::write_file(this->target_, "old");
  TypeParam file{{.dir = this->made_.path()}};
  file << "new";
  std::error_code error;
  file.persist(this->target_, {.overwrite = false}, error);
  EXPECT_EQ(error, std::errc::file_exists);
  EXPECT_EQ(support::read_file(this->target_), "old");
  this->expect_nothing_beside();
  EXPECT_TRUE(file.is_open());
  file << "er";
  const fs::path elsewhere = this->made_ / "elsewhere";
  file.persist(elsewhere, {.overwrite = false});
  EXPECT_EQ(support::read_file(elsewhere), "newer");
}

TYPED_TEST(persist, works_across_file_systems_and_keeps_holes) {
  const support::scratch_directory other{support::quick_place()};
  if (are_on_one_file_system(other.path(), this->made_.path())) GTEST_SKIP() << "needs a second file system";
  constexpr std::streamoff hole = std::streamoff{8} << 20;
  for (const bool back : {false, true}) {
    const fs::path& from = back ? other.path() : this->made_.path();
    const fs::path& into = back ? this->made_.path() : other.path();
    TypeParam file{{.dir = from}};
    file << "begin";
    file.seekp(hole);
    file << "end";
    const fs::path target = file.persist(into / "target");
    struct stat status {};
    ASSERT_EQ(::stat(target.c_str(), &status), 0);
    EXPECT_EQ(status.st_size, hole + 3);
    const std::string content = support::read_file(target);
    EXPECT_EQ(content.substr(0, 6), std::string("begin") + '\0');
    EXPECT_EQ(content.substr(content.size() - 4), std::string(1, '\0') + "end");
    const bool was_in_memory = std::is_same_v<TypeParam, tempfile::spooled_temporary_file>;
    if (!was_in_memory && support::has_linux_platform()) {  // POSIX.1-2024 first tells of holes
      EXPECT_LT(status.st_blocks * 512, hole / 2);
    }
    EXPECT_EQ(support::entries(into), std::vector<fs::path>{target});
    EXPECT_TRUE(support::entries(from).empty());
    fs::remove(target);
  }
}

TYPED_TEST(persist, gives_the_mode_of_a_new_file) {
  for (const mode_t mask : {022U, 077U, 002U}) {
    const support::umask_guard guard{mask};
    TypeParam file{{.dir = this->made_.path()}};
    file.persist(this->target_);
    EXPECT_EQ(mode_of(this->target_), 0666U & ~mask);
    fs::remove(this->target_);
  }
}

TYPED_TEST(persist, gives_the_mode_of_the_file_that_it_replaces) {
  support::write_file(this->target_, "old");
  fs::permissions(this->target_, fs::perms{0640});
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  EXPECT_EQ(mode_of(this->target_), 0640U);
}

TYPED_TEST(persist, does_not_make_a_program_run_as_another) {
  support::write_file(this->target_, "old");
  ASSERT_EQ(::chmod(this->target_.c_str(), 06755), 0);
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  EXPECT_EQ(mode_of(this->target_), 0755U);
}

TYPED_TEST(persist, gives_the_mode_that_is_asked_for) {
  const support::umask_guard guard{077};
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_, {.mode = fs::perms{0664}});
  EXPECT_EQ(mode_of(this->target_), 0664U);
}

TYPED_TEST(persist, keeps_the_owner_of_the_file_that_it_replaces) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to give files away";
  support::write_file(this->target_, "old");
  ASSERT_EQ(::chown(this->target_.c_str(), 65534, 65533), 0);
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  struct stat status {};
  ASSERT_EQ(::stat(this->target_.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65534U);
  EXPECT_EQ(status.st_gid, 65533U);
}

TYPED_TEST(persist, keeps_the_extended_attributes_of_the_file_that_it_replaces) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has none";
  support::write_file(this->target_, "old");
  if (::setxattr(this->target_.c_str(), "user.colour", "blue", 4, 0) != 0) {
    GTEST_SKIP() << "needs a file system with extended attributes";
  }
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  char value[8] = {};
  EXPECT_EQ(::getxattr(this->target_.c_str(), "user.colour", value, sizeof value), 4);
  EXPECT_STREQ(value, "blue");
}

// The kernel's form of an access control list (linux/posix_acl_xattr.h): a version, and entries of tag, permissions,
// id.
struct acl_entry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};
struct acl {
  std::uint32_t version{2};
  acl_entry entries[5]{{0x01, 6, ~0U}, {0x02, 4, 65534}, {0x04, 4, ~0U}, {0x10, 4, ~0U}, {0x20, 0, ~0U}};
};

std::string acl_of(const fs::path& path) {
  std::string found(256, '\0');
  const ssize_t size = ::getxattr(path.c_str(), "system.posix_acl_access", found.data(), found.size());
  found.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return found;
}

TYPED_TEST(persist, keeps_the_access_control_list_of_the_file_that_it_replaces) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has none";
  support::write_file(this->target_, "old");
  const acl list;
  if (::setxattr(this->target_.c_str(), "system.posix_acl_access", &list, sizeof list, 0) != 0) {
    GTEST_SKIP() << "needs a file system with access control lists";
  }
  const std::string before = acl_of(this->target_);
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  EXPECT_EQ(acl_of(this->target_), before);
}

TYPED_TEST(persist, gives_the_access_control_list_of_a_new_file) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX has none";
  const acl list;
  if (::setxattr(this->place_.path().c_str(), "system.posix_acl_default", &list, sizeof list, 0) != 0) {
    GTEST_SKIP() << "needs a file system with access control lists";
  }
  const fs::path usual = this->place_ / "usual";
  support::write_file(usual, "");
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  EXPECT_FALSE(acl_of(usual).empty());
  EXPECT_EQ(acl_of(this->target_), acl_of(usual));
  EXPECT_EQ(mode_of(this->target_), mode_of(usual));
}

TYPED_TEST(persist, works_on_layered_file_systems) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount a file system";
  const support::scratch_directory layers{support::quick_place()};
  for (const char* const name : {"lower", "upper", "work"}) fs::create_directory(layers / name);
  support::write_file(layers / "lower/target", "old");
  const std::string root = layers.path().string();
  const std::string options = "lowerdir=" + root + "/lower,upperdir=" + root + "/upper,workdir=" + root + "/work";
  if (::mount("overlay", this->place_.path().c_str(), "overlay", 0, options.c_str()) != 0) {
    GTEST_SKIP() << "needs overlayfs";
  }
  for (const fs::path& from : {this->made_.path(), this->place_.path()}) {
    TypeParam file{{.dir = from}};
    file << "from " << from.string();
    file.persist(this->target_, {.durability = durability::full});
    EXPECT_EQ(support::read_file(this->target_), "from " + from.string());
    this->expect_nothing_beside();
    TypeParam back{{.dir = this->place_.path()}};
    back << "back";
    back.persist(this->made_ / "target");
    EXPECT_EQ(support::read_file(this->made_ / "target"), "back");
  }
  ::umount(this->place_.path().c_str());
}

TYPED_TEST(persist, replaces_a_link_and_not_what_it_points_to) {
  const fs::path pointed_to = this->place_ / "pointed to";
  support::write_file(pointed_to, "untouched");
  fs::create_symlink(pointed_to, this->target_);
  TypeParam file{{.dir = this->made_.path()}};
  file << "new";
  file.persist(this->target_);
  EXPECT_EQ(fs::symlink_status(this->target_).type(), fs::file_type::regular);
  EXPECT_EQ(support::read_file(this->target_), "new");
  EXPECT_EQ(support::read_file(pointed_to), "untouched");
}

TYPED_TEST(persist, takes_a_relative_target_from_the_working_directory) {
  const fs::path before = fs::current_path();
  fs::current_path(this->place_.path());
  TypeParam file{{.dir = this->made_.path()}};
  const fs::path path = file.persist("target");
  fs::current_path(before);
  EXPECT_EQ(path, this->target_);
  EXPECT_TRUE(fs::exists(this->target_));
}

TYPED_TEST(persist, refuses_targets_that_are_no_names) {
  TypeParam file{{.dir = this->made_.path()}};
  for (const fs::path& target : {fs::path{}, fs::path{"/"}, fs::path{"."}, fs::path{".."}, this->place_ / "directory/",
                                 this->place_ / "..", fs::path{std::string{"a\0b", 3}}}) {
    std::error_code error;
    file.persist(target, {}, error);
    EXPECT_EQ(error, std::errc::invalid_argument) << target;
    EXPECT_TRUE(file.is_open());
  }
}

TYPED_TEST(persist, leaves_all_as_it_was_when_there_is_no_such_directory) {
  TypeParam file{{.dir = this->made_.path()}};
  file << "text";
  try {
    file.persist(this->place_ / "missing/target");
    FAIL() << "it was persisted";
  } catch (const fs::filesystem_error& failed) {
    EXPECT_EQ(failed.code(), std::errc::no_such_file_or_directory);
    EXPECT_EQ(failed.path1(), this->place_ / "missing");
  }
  EXPECT_TRUE(file.is_open());
  file.persist(this->target_);
  EXPECT_EQ(support::read_file(this->target_), "text");
}

TYPED_TEST(persist, leaves_a_directory_that_stands_there) {
  fs::create_directory(this->target_);
  TypeParam file{{.dir = this->made_.path()}};
  std::error_code error;
  file.persist(this->target_, {}, error);
  EXPECT_EQ(error, std::errc::is_a_directory);
  this->expect_nothing_beside();
  EXPECT_TRUE(file.is_open());
}

TYPED_TEST(persist, leaves_all_as_it_was_on_a_full_disk) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount a small file system";
  if (::mount("tmpfs", this->place_.path().c_str(), "tmpfs", 0, "size=256k") != 0) GTEST_SKIP() << "needs a mount";
  {
    support::write_file(this->target_, "old");
    TypeParam file{{.dir = this->made_.path()}};
    file << std::string(1'000'000, 'x');
    std::error_code error;
    file.persist(this->target_, {}, error);
    EXPECT_EQ(error, std::errc::no_space_on_device);
    EXPECT_EQ(support::read_file(this->target_), "old");
    this->expect_nothing_beside();
    file.persist(this->made_ / "elsewhere");
    EXPECT_EQ(fs::file_size(this->made_ / "elsewhere"), 1'000'000U);
  }
  ::umount(this->place_.path().c_str());
}

TYPED_TEST(persist, leaves_all_as_it_was_on_a_file_system_that_can_not_be_written) {
  if (!support::is_root()) GTEST_SKIP() << "needs root, to mount a file system";
  if (::mount("tmpfs", this->place_.path().c_str(), "tmpfs", MS_RDONLY, nullptr) != 0) GTEST_SKIP() << "needs a mount";
  TypeParam file{{.dir = this->made_.path()}};
  std::error_code error;
  file.persist(this->target_, {}, error);
  EXPECT_EQ(error, std::errc::read_only_file_system);
  EXPECT_TRUE(file.is_open());
  ::umount(this->place_.path().c_str());
}

TYPED_TEST(persist, does_not_put_a_file_in_place_that_has_lost_bytes) {
  TypeParam file{{.dir = this->made_.path()}};
  file << "text";
  file.setstate(std::ios::badbit);
  std::error_code error;
  file.persist(this->target_, {}, error);
  EXPECT_TRUE(error);
  EXPECT_FALSE(fs::exists(this->target_));
}

TYPED_TEST(persist, of_a_closed_file_is_an_error) {
  TypeParam file{{.dir = this->made_.path()}};
  file.persist(this->target_);
  std::error_code error;
  file.persist(this->place_ / "again", {}, error);
  EXPECT_TRUE(error);
  EXPECT_FALSE(fs::exists(this->place_ / "again"));
}

TYPED_TEST(persist, can_be_as_durable_as_wanted) {
  for (const durability wanted : {durability::none, durability::data, durability::full}) {
    TypeParam file{{.dir = this->made_.path()}};
    file << "text";
    file.persist(this->target_, {.durability = wanted});
    EXPECT_EQ(support::read_file(this->target_), "text");
  }
}

TYPED_TEST(persist, leaves_no_descriptor_open) {
  const std::size_t before = support::open_descriptors();
  {
    TypeParam file{{.dir = this->made_.path()}};
    file << "text";
    std::error_code error;
    file.persist(this->place_ / "missing/target", {}, error);
    file.persist(this->target_, {.durability = durability::full});
  }
  EXPECT_EQ(support::open_descriptors(), before);
}

// --- races -----------------------------------------------------------------------------------------------------------

TYPED_TEST(persist, without_overwriting_has_one_winner) {
  constexpr int rounds = 50;
  constexpr int racers = 4;
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> winners{0};
    std::atomic<int> losers{0};
    std::vector<std::thread> all;
    for (int racer = 0; racer < racers; ++racer) {
      all.emplace_back([&, racer] {
        TypeParam file{{.dir = this->made_.path()}};
        file << racer;
        std::error_code error;
        file.persist(this->target_, {.overwrite = false}, error);
        if (!error) ++winners;
        if (error == std::errc::file_exists) ++losers;
      });
    }
    for (std::thread& each : all) each.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(losers, racers - 1);
    fs::remove(this->target_);
  }
}

TYPED_TEST(persist, never_shows_a_file_that_is_absent_or_short) {
  constexpr std::size_t size = 50'000;
  support::write_file(this->target_, std::string(size, 'a'));
  std::atomic<bool> is_over{false};
  std::atomic<int> bad_reads{0};
  std::thread reader{[&] {
    while (!is_over) {
      const std::string seen = support::read_file(this->target_);
      if (seen.size() != size || seen.find_first_not_of(seen.front()) != seen.npos) ++bad_reads;
    }
  }};
  const int rounds = support::is_long_run() ? 20'000 : 200;
  for (int round = 0; round < rounds; ++round) {
    TypeParam file{{.dir = this->made_.path()}};
    file << std::string(size, static_cast<char>('a' + round % 26));
    file.persist(this->target_);
  }
  is_over = true;
  reader.join();
  EXPECT_EQ(bad_reads, 0);
  this->expect_nothing_beside();
}

// --- names -----------------------------------------------------------------------------------------------------------

class persist_names : public testing::Test {
 protected:
  support::scratch_directory scratch_;
  fs::path target_{scratch_ / "target"};
};

TEST_F(persist_names, a_closed_file_that_still_owns_its_name_can_be_persisted) {
  tempfile::named_temporary_file file{{.dir = scratch_.path(), .delete_on_close = false}};
  file << "text";
  file.close();
  file.persist(target_);
  EXPECT_EQ(support::read_file(target_), "text");
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

TEST_F(persist_names, a_name_that_is_anothers_by_now_is_not_persisted) {
  tempfile::named_temporary_file file{{.dir = scratch_.path()}};
  fs::remove(file.path());
  support::write_file(file.path(), "another's");
  std::error_code error;
  file.persist(target_, {}, error);
  EXPECT_EQ(error, tempfile::errc::replaced);
  EXPECT_FALSE(fs::exists(target_));
}

TEST_F(persist_names, a_forked_child_does_not_persist_what_is_its_parents) {
  tempfile::named_temporary_file file{{.dir = scratch_.path()}};
  EXPECT_EQ(support::run_in_child([&] {
              std::error_code error;
              file.persist(target_, {}, error);
              return error == tempfile::errc::not_owner ? 0 : 1;
            }),
            0);
  EXPECT_FALSE(fs::exists(target_));
  file.persist(target_);
}

TEST_F(persist_names, an_adopted_file_can_be_persisted) {
  support::write_file(scratch_ / "adopted", "text");
  tempfile::temporary_path path{scratch_ / "adopted"};
  path.persist(target_);
  EXPECT_FALSE(path);
  EXPECT_EQ(support::read_file(target_), "text");
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

TEST_F(persist_names, what_is_kept_can_not_be_persisted) {
  tempfile::temporary_path nothing;
  std::error_code error;
  nothing.persist(target_, {}, error);
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_THROW(nothing.persist(target_), fs::filesystem_error);
}

TEST_F(persist_names, a_failure_gives_the_file_its_mode_back) {
  tempfile::named_temporary_file file{{.dir = scratch_.path()}};
  fs::create_directory(target_);
  std::error_code error;
  file.persist(target_, {.mode = fs::perms{0777}}, error);
  EXPECT_TRUE(error);
  EXPECT_EQ(mode_of(file.path()), 0600U);
}

// --- directories -----------------------------------------------------------------------------------------------------

class persist_directory : public persist_names {};

TEST_F(persist_directory, gets_its_name_with_all_that_is_in_it) {
  const support::umask_guard guard{022};
  {
    tempfile::temporary_directory directory{{.dir = scratch_.path()}};
    support::write_file(directory / "file", "text");
    EXPECT_EQ(directory.persist(target_), target_);
  }
  EXPECT_EQ(support::read_file(target_ / "file"), "text");
  EXPECT_EQ(mode_of(target_), 0755U);
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

TEST_F(persist_directory, replaces_another_and_removes_it) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX can't exchange";
  fs::create_directories(target_ / "a/b");
  support::write_file(target_ / "a/b/old", "old");
  fs::permissions(target_, fs::perms{0750});
  {
    tempfile::temporary_directory directory{{.dir = scratch_.path()}};
    support::write_file(directory / "new", "new");
    directory.persist(target_, {.durability = durability::full});
  }
  EXPECT_EQ(support::entries(target_), std::vector<fs::path>{target_ / "new"});
  EXPECT_EQ(mode_of(target_), 0750U);
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

TEST_F(persist_directory, replaces_nothing_if_asked_to) {
  fs::create_directory(target_);
  tempfile::temporary_directory directory{{.dir = scratch_.path()}};
  std::error_code error;
  directory.persist(target_, {.overwrite = false}, error);
  EXPECT_EQ(error, std::errc::file_exists);
  EXPECT_TRUE(fs::exists(directory.path()));
  directory.persist(scratch_ / "elsewhere", {.overwrite = false});
  EXPECT_TRUE(fs::is_directory(scratch_ / "elsewhere"));
}

TEST_F(persist_directory, does_not_replace_a_file) {
  support::write_file(target_, "a file");
  tempfile::temporary_directory directory{{.dir = scratch_.path()}};
  std::error_code error;
  directory.persist(target_, {}, error);
  EXPECT_EQ(error, std::errc::not_a_directory);
  EXPECT_EQ(support::read_file(target_), "a file");
  EXPECT_EQ(mode_of(directory.path()), 0700U);
}

TEST_F(persist_directory, does_not_go_to_another_file_system) {
  const support::scratch_directory other{support::quick_place()};
  if (are_on_one_file_system(other.path(), scratch_.path())) GTEST_SKIP() << "needs a second file system";
  tempfile::temporary_directory directory{{.dir = scratch_.path()}};
  std::error_code error;
  directory.persist(other / "target", {}, error);
  EXPECT_EQ(error, std::errc::cross_device_link);
  EXPECT_TRUE(support::entries(other.path()).empty());
  EXPECT_TRUE(fs::exists(directory.path()));
}

TEST_F(persist_directory, is_never_absent_while_it_is_replaced) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: POSIX can't exchange";
  fs::create_directory(target_);
  std::atomic<bool> is_over{false};
  std::atomic<int> times_absent{0};
  std::thread reader{[&] {
    while (!is_over) {
      if (!fs::exists(target_)) ++times_absent;
    }
  }};
  for (int round = 0; round < 200; ++round) {
    tempfile::temporary_directory directory{{.dir = scratch_.path()}};
    support::write_file(directory / "file", "text");
    directory.persist(target_);
  }
  is_over = true;
  reader.join();
  EXPECT_EQ(times_absent, 0);
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

// --- one call, and a stream ------------------------------------------------------------------------------------------

class write_file : public persist_names {};

TEST_F(write_file, writes_and_replaces_a_file) {
  const support::umask_guard guard{022};
  EXPECT_EQ(tempfile::write_file(target_, "text"), target_);
  EXPECT_EQ(mode_of(target_), 0644U);
  tempfile::write_file(target_, std::string(100'000, 'x'), {.durability = durability::full});
  EXPECT_EQ(support::read_file(target_), std::string(100'000, 'x'));
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

TEST_F(write_file, replaces_nothing_if_asked_to) {
  tempfile::write_file(target_, "first", {.overwrite = false});
  std::error_code error;
  tempfile::write_file(target_, "second", {.overwrite = false}, error);
  EXPECT_EQ(error, std::errc::file_exists);
  EXPECT_EQ(support::read_file(target_), "first");
}

TEST_F(write_file, names_what_is_in_its_way) {
  try {
    tempfile::write_file(scratch_ / "missing/target", "text");
    FAIL() << "it was written";
  } catch (const fs::filesystem_error& failed) {
    EXPECT_EQ(failed.path1(), scratch_ / "missing");
  }
}

class replacing_file : public persist_names {};

TEST_F(replacing_file, changes_nothing_before_it_is_committed) {
  support::write_file(target_, "old");
  {
    tempfile::replacing_file file{target_};
    EXPECT_EQ(file.target(), target_);
    file << "new";
    file.flush();
    EXPECT_EQ(support::read_file(target_), "old");
  }
  EXPECT_EQ(support::read_file(target_), "old");
  tempfile::replacing_file file{target_, {.mode = fs::perms{0604}}};
  file << "new";
  file.commit();
  EXPECT_EQ(support::read_file(target_), "new");
  EXPECT_EQ(mode_of(target_), 0604U);
  EXPECT_EQ(support::entries(scratch_.path()).size(), 1U);
}

TEST_F(replacing_file, tells_at_once_that_there_is_no_directory) {
  std::error_code error;
  const tempfile::replacing_file file{scratch_ / "missing/target", {}, error};
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(file.is_open());
  EXPECT_THROW(static_cast<void>(tempfile::replacing_file{scratch_ / "missing/target"}), fs::filesystem_error);
}

// --- a second handle -------------------------------------------------------------------------------------------------

TYPED_TEST(persist, opens_the_same_file_again_with_a_position_of_its_own) {
  TypeParam file{{.dir = this->made_.path()}};
  file << "text";
  std::error_code error;
  tempfile::file_handle again = file.reopen(error);
  if (error == std::errc::operation_not_supported) GTEST_SKIP() << "needs Linux, to open a file without a name";
  ASSERT_FALSE(error) << error.message();
  struct stat one {};
  struct stat other {};
  ASSERT_EQ(::fstat(file.native_handle(), &one), 0);
  ASSERT_EQ(::fstat(again.native_handle(), &other), 0);
  EXPECT_EQ(one.st_ino, other.st_ino);
  EXPECT_EQ(one.st_dev, other.st_dev);
  char bytes[4] = {};
  EXPECT_EQ(again.read(std::span<char>{bytes}), 4U);
  EXPECT_EQ((std::string{bytes, 4}), "text");
  again.write("more");
  EXPECT_EQ(file.tellp(), std::streampos{4});
  EXPECT_NE(::fcntl(again.native_handle(), F_GETFD) & FD_CLOEXEC, 0);
  file.close();
  EXPECT_THROW(static_cast<void>(file.reopen()), fs::filesystem_error);
}

TEST_F(persist_names, a_file_whose_name_is_anothers_is_not_opened_in_its_place) {
  tempfile::named_temporary_file file{{.dir = scratch_.path()}};
  file << "ours";
  fs::remove(file.path());
  support::write_file(file.path(), "another's");
  std::error_code error;
  tempfile::file_handle again = file.reopen(error);
  if (support::has_linux_platform()) {
    EXPECT_FALSE(error);
    EXPECT_EQ(again.size(), 4U);
  } else {
    EXPECT_EQ(error, tempfile::errc::replaced);
  }
}

// --- programs --------------------------------------------------------------------------------------------------------

// A child that another thread forks has all descriptors until it executes something, that for writing the program among
// them, and until then the program is "busy". As the documentation says: that passes, so try again.
int run(const fs::path& program) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl(program.c_str(), program.c_str(), nullptr);
      ::_exit(errno == ETXTBSY ? 126 : 127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status)) return -1;
    if (WEXITSTATUS(status) != 126) return WEXITSTATUS(status);
    ::usleep(1000);
  }
  return 126;
}

TEST_F(persist_names, a_program_just_written_can_be_executed_while_others_fork) {
  std::atomic<bool> is_over{false};
  std::thread forking{[&] {
    while (!is_over) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::usleep(500);
        ::_exit(0);
      }
      ::waitpid(child, nullptr, 0);
    }
  }};
  for (int round = 0; round < 100; ++round) {
    tempfile::named_temporary_file file{{.dir = scratch_.path()}};
    file << "#!/bin/sh\nexit 42\n";
    file.persist(target_, {.mode = fs::perms{0700}});
    EXPECT_EQ(run(target_), 42);
  }
  is_over = true;
  forking.join();
}

}  // namespace
