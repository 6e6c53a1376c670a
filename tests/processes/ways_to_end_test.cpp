// docs/cleanup.md says what is left of each kind of object when a process ends, in one table. Each cell is a test.
#include <gtest/gtest.h>

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
  bool is_handled;  // after cleanup_on_signals()
  std::string kind;
  bool is_gone;
};

std::string name_of(const cell& tested) { return tested.way + (tested.is_handled ? "_handled__" : "__") + tested.kind; }

void PrintTo(const cell& tested, std::ostream* out) { *out << name_of(tested); }

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns;
  std::istringstream in{line.substr(1)};
  for (std::string column; std::getline(in, column, '|');) columns.push_back(column);
  return columns;
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
    if (line.empty() || line.front() != '|') continue;
    const std::vector<std::string> columns = columns_of(line);
    if (kinds.empty()) {
      for (const std::string& column : columns) kinds.push_back(code_in(column));
      continue;
    }
    if (line.find("---") != line.npos) continue;
    const bool is_handled = columns[0].find("after cleanup_on_signals()") != std::string::npos;
    for (std::size_t i = 1; i < columns.size(); ++i) {
      cells.push_back({code_in(columns[0]), is_handled, kinds.at(i), columns[i] == " gone "});
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
    ::execl(TEMPFILE_ENDING, "ending", tested.way.c_str(), tested.kind.c_str(), where.c_str(),
            tested.is_handled ? "handled" : "not", std::to_string(signal).c_str(), nullptr);
    ::_exit(127);
  }

  void expect_what_the_document_says() const {
    EXPECT_EQ(support::entries(scratch_.path()).empty(), (GetParam().is_gone && !is_linux_only()) || has_no_name());
  }

  // As the document says below the table.
  [[nodiscard]] static bool is_linux_only() {
    return GetParam().is_handled && GetParam().kind == "temporary_directory" && !support::has_linux_platform();
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
      ::sync();
      fs::copy_file(disk, scratch_ / "copy");
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      const std::string copy = (scratch_ / "copy").string();
      if (!run("umount " + mounted.string()) || !run("mount -o loop " + copy + ' ' + mounted.string())) return failed;
      int entries = 0;
      for (const fs::path& entry : support::entries(mounted)) entries += entry.filename() == "lost+found" ? 0 : 1;
      return run("umount " + mounted.string()) ? entries : failed;
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
    EXPECT_EQ(left, GetParam().is_gone || has_no_name() ? 0 : 1);
    return;
  }
  if (way == "overflow" && support::has_sanitizer) GTEST_SKIP() << "a sanitizer's stack overflows elsewhere";
  if (way != "signal") return end_by(SIGKILL);
  for (const int signal : signals) end_by(signal);
}

INSTANTIATE_TEST_SUITE_P(document, ways_to_end, testing::ValuesIn(cells_of_the_document()),
                         [](const auto& tested) { return name_of(tested.param); });

}  // namespace
