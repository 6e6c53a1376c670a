// Processes that hold leases, for the tests of them.
#pragma once

#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace support {

// A child that has done something, and lives until it is told otherwise.
class living_process {
 public:
  template <class Work>
  explicit living_process(Work work) {
    std::array<int, 2> ready{};
    if (::pipe(ready.data()) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      expect_the_end(60);
      work();
      static_cast<void>(::write(ready[1], "r", 1));
      while (true) ::pause();
    }
    ::close(ready[1]);
    char read = 0;
    is_ready_ = ::read(ready[0], &read, 1) == 1;
    ::close(ready[0]);
  }
  living_process(const living_process&) = delete;
  living_process& operator=(const living_process&) = delete;
  ~living_process() { end(SIGKILL); }

  void end(int signal) {
    if (process_ > 0 && send(process_, signal)) ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  [[nodiscard]] bool is_ready() const { return is_ready_; }
  [[nodiscard]] pid_t id() const { return process_; }

 private:
  pid_t process_{-1};
  bool is_ready_{false};
};

class lease_test : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere there are no leases";
  }

  // What is left, an ordinary user could not remove by other means.
  void TearDown() override { sweep(); }

  // Does something with a lease in the directory, and is killed.
  template <class Work>
  void be_killed(Work work) const {
    EXPECT_EQ(run_in_child([&] {
                if (tempfile::enable_leases({.dir = place()})) return 1;
                work();
                std::raise(SIGKILL);
                return 2;
              }),
              -SIGKILL);
  }

  std::size_t sweep() {
    report_ = {};
    return tempfile::sweep(place(), report_);
  }

  [[nodiscard]] const std::filesystem::path& place() const { return directory_.path(); }
  [[nodiscard]] std::filesystem::path lease_directory() const {
    return place() / (".tempfile-" + std::to_string(::geteuid()));
  }

  // What is there besides the lease directory.
  [[nodiscard]] std::vector<std::filesystem::path> left() const {
    std::vector<std::filesystem::path> found = entries(place());
    std::erase(found, lease_directory());
    return found;
  }
  [[nodiscard]] std::vector<std::filesystem::path> lease_files() const {
    std::vector<std::filesystem::path> found;
    if (std::filesystem::exists(lease_directory())) found = entries(lease_directory());
    std::erase(found, lease_directory() / "swept");
    return found;
  }

  scratch_directory directory_{quick_place()};
  tempfile::sweep_report report_;
};

// A tree that takes more than one call to remove.
inline void fill(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory / "a/b");
  write_file(directory / "a/b/file", "content");
  std::filesystem::permissions(directory / "a", std::filesystem::perms::none);
}

}  // namespace support
