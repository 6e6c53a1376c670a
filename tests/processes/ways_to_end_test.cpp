// docs/cleanup.md says what is left of each kind of object when a process ends, in one table. Each cell is a test.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

struct cell {
  std::string way;
  std::string before;  // what the program did first: "handled" signals, "leased" names, or nothing
  std::string kind;
  bool is_gone;
};

std::string name_of(const cell& tested) {
  return tested.way + (tested.before.empty() ? "" : '_' + tested.before) + "__" + tested.kind;
}

void PrintTo(const cell& tested, std::ostream* out) { *out << name_of(tested); }

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns;
  std::istringstream in{line.substr(1)};
  for (std::string column; std::getline(in, column, '|');) columns.push_back(column);
  return columns;
}

std::string what_is_before(const std::string& text) {
  if (text.find("after cleanup_on_signals()") != text.npos) return "handled";
  return text.find("after enable_leases()") != text.npos ? "leased" : "";
}

// What stands between the first two backquotes.
std::string code_in(const std::string& text) {
  const std::size_t begin = text.find('`') + 1;
  return text.substr(begin, text.find('`', begin) - begin);
}

std::vector<cell> cells_of_the_document() {
  std::vector<cell> cells;
  std::ifstream document{TEMPFILE_SOURCES "/docs/cleanup.md"};
  std::vector<std::string> kinds;
  for (std::string line; std::getline(document, line);) {
    const bool is_row = !line.empty() && line.front() == '|';
    if (!is_row && !kinds.empty()) break;  // the end of the first table
    if (!is_row) continue;
    const std::vector<std::string> columns = columns_of(line);
    if (kinds.empty()) {
      for (const std::string& column : columns) kinds.push_back(code_in(column));
      continue;
    }
    if (line.find("---") != line.npos) continue;
    for (std::size_t i = 1; i < columns.size(); ++i) {
      cells.push_back({code_in(columns[0]), what_is_before(columns[0]), kinds.at(i), columns[i] == " gone "});
      if (columns[i] != " gone " && columns[i] != " stays ") cells.back().way = "neither_gone_nor_stays";
    }
  }
  return cells;
}

class ways_to_end : public testing::TestWithParam<cell> {
 protected:
  // The sanitizers handle some signals themselves, and what a program handles is left alone.
  static void set_environment(const fs::path& temporary) {
    const char* const leave_signals = "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0";
    ::setenv("ASAN_OPTIONS", leave_signals, 1);
    ::setenv("TSAN_OPTIONS", leave_signals, 1);
    ::setenv("UBSAN_OPTIONS", leave_signals, 1);
    ::setenv("TMPDIR", temporary.c_str(), 1);
    ::unsetenv("TEMPFILE_KEEP");
  }

  // Becomes the program that ends.
  [[noreturn]] static void execute(const fs::path& where, int signal) {
    const cell& tested = GetParam();
    set_environment(where);
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    ::execl(TEMPFILE_ENDING, "ending", tested.way.c_str(), tested.kind.c_str(), where.c_str(), tested.before.c_str(),
            std::to_string(signal).c_str(), nullptr);
    ::_exit(127);
  }

  void expect_what_the_document_says() const {
    EXPECT_EQ(left_in(scratch_.path()) == 0, (GetParam().is_gone && !is_linux_only()) || has_no_name());
  }

  // After a sweep, if there was a lease; then nothing of that is left either.
  static std::size_t left_in(const fs::path& directory) {
    tempfile::sweep_report report;
    tempfile::sweep(directory, report);
    EXPECT_TRUE(report.left.empty());
    EXPECT_TRUE(tempfile::lease::list(directory).empty());
    std::size_t left = 0;
    for (const fs::path& each : support::entries(directory)) {
      const std::string name = each.filename().string();
      left += name == "lost+found" || name.starts_with(".tempfile-") ? 0 : 1;
    }
    return left;
  }

  // As the document says below the table.
  [[nodiscard]] static bool is_linux_only() {
    if (support::has_linux_platform()) return false;
    return GetParam().before == "leased" ||
           (GetParam().before == "handled" && GetParam().kind == "temporary_directory");
  }

  [[nodiscard]] static bool has_no_name() {
    const std::string& kind = GetParam().kind;
    return kind == "temporary_file" || kind == "spooled_temporary_file" || kind == "replacing_file";
  }

  [[nodiscard]] static int expected_status(int signal) {
    const std::string& way = GetParam().way;
    if (way == "signal" || way == "kill") return -signal;
    if (way == "terminate" || way == "uncaught" || way == "abort") return -SIGABRT;
    return way == "overflow" ? -SIGSEGV : 0;
  }

  void end_by(int signal) {
    EXPECT_EQ(support::run_in_child([&]() -> int { execute(scratch_.path(), signal); }), expected_status(signal))
        << signal;
    expect_what_the_document_says();
    for (const fs::path& left : support::entries(scratch_.path())) fs::remove_all(left);
  }

  // A disk's image is copied while the program runs, which is what a power cut leaves on a disk. Returns how many
  // entries are there when the copy is mounted.
  int left_after_power_cut() {
    constexpr int failed = 100;
    const fs::path disk = scratch_ / "disk";
    const fs::path mounted = scratch_ / "mounted";
    support::write_file(disk, "");
    fs::resize_file(disk, 16U << 20U);
    fs::create_directory(mounted);
    const auto run = [](const std::string& command) {
      return std::system((command + " >/dev/null 2>&1").c_str()) == 0;  // NOLINT(cert-env33-c)
    };
    if (!run("mkfs.ext4 -F " + disk.string())) return support::not_available;
    return support::run_with_own_mounts([&] {
      if (!run("mount -o loop " + disk.string() + ' ' + mounted.string())) return support::not_available;
      int pipe[2];
      if (::pipe(pipe) != 0) return failed;
      const pid_t child = ::fork();
      if (child == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        execute(mounted, 0);
      }
      char ready = 0;
      if (child <= 0 || ::read(pipe[0], &ready, 1) != 1) return failed;
      if (!support::sync_file_system(mounted)) return failed;
      fs::copy_file(disk, scratch_ / "copy");
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      const std::string copy = (scratch_ / "copy").string();
      if (!run("umount " + mounted.string()) || !run("mount -o loop " + copy + ' ' + mounted.string())) return failed;
      const auto left = static_cast<int>(left_in(mounted));
      return run("umount " + mounted.string()) ? left : failed;
    });
  }

  support::scratch_directory scratch_;
};

TEST_P(ways_to_end, leaves_what_the_document_says) {
  constexpr int signals[]{SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU,
                          SIGXFSZ, SIGABRT, SIGBUS,  SIGFPE,  SIGILL,  SIGSEGV, SIGSYS,  SIGTRAP};
  const std::string& way = GetParam().way;
  if (way == "cut") {
    if (!support::is_root()) GTEST_SKIP() << "needs root, to mount a disk";
    const int left = left_after_power_cut();
    if (left == support::not_available) GTEST_SKIP() << "needs mkfs.ext4 and loop devices";
    EXPECT_EQ(left, (GetParam().is_gone && !is_linux_only()) || has_no_name() ? 0 : 1);
    return;
  }
  if (way == "overflow" && support::has_sanitizer) GTEST_SKIP() << "a sanitizer's stack overflows elsewhere";
  if (way != "signal") return end_by(SIGKILL);
  for (const int signal : signals) end_by(signal);
}

INSTANTIATE_TEST_SUITE_P(document, ways_to_end, testing::ValuesIn(cells_of_the_document()),
                         [](const auto& tested) { return name_of(tested.param); });

}  // namespace
