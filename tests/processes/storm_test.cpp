// A process whose threads create, fill and remove all the time is ended, again and again, in every way that cleans up.
// Nothing may be left, and it must have ended in that way.
#include <gtest/gtest.h>
#include <tempfile/tempfile.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace {

namespace fs = std::filesystem;

// How a process ends, and what its parent sees of it.
struct ending {
  const char* name;
  int sent;      // a signal from its parent, or 0
  int times;     // so often at once
  void (*by)();  // else what it does itself
  int status;    // what it exits with, or minus the signal that ends it
};

constexpr std::array endings{
    ending{"SIGTERM", SIGTERM, 1, nullptr, -SIGTERM},
    ending{"SIGINT", SIGINT, 1, nullptr, -SIGINT},
    ending{"SIGHUP", SIGHUP, 1, nullptr, -SIGHUP},
    ending{"SIGQUIT", SIGQUIT, 1, nullptr, -SIGQUIT},
    ending{"three times SIGTERM", SIGTERM, 3, nullptr, -SIGTERM},
    ending{"exit", 0, 0, [] { std::exit(7); }, 7},
    ending{"abort", 0, 0, [] { std::abort(); }, -SIGABRT},
    ending{"quick_exit", 0, 0, [] { std::quick_exit(8); }, 8},
    ending{"a fault", 0, 0, [] { *reinterpret_cast<volatile int*>(0x123450) = 1; }, -SIGSEGV},
    ending{"an overflow", 0, 0, [] { support::overflow_the_stack(); }, -SIGSEGV},
};

// A sanitizer reports these itself, and then exits.
bool is_handled_by_a_sanitizer(const ending& how) { return support::has_sanitizer && how.status == -SIGSEGV; }

void work_for_ever(const fs::path& directory) {
  while (true) {
    try {
      const tempfile::temporary_directory tree{{.dir = directory}};
      // Not by create_directories(), which would make the tree anew once it is removed.
      fs::create_directory(tree / "a");
      fs::create_directory(tree / "a/b");
      std::ofstream{tree / "a/b/file"} << "content";
      tempfile::named_temporary_file file{{.dir = directory}};
      file << "content";
      std::ofstream{tree / "a/file"} << "content";
      const tempfile::temporary_path path = std::move(file).into_path();
    } catch (const fs::filesystem_error&) {  // what it works in is being removed
    }
  }
}

[[noreturn]] void live(const fs::path& directory, const ending& how, std::chrono::microseconds time) {
  support::expect_the_end(30);
  tempfile::cleanup_on_signals();
  for (int i = 0; i < 3; ++i) std::thread{[&directory] { work_for_ever(directory); }}.detach();
  const tempfile::temporary_directory own{{.dir = directory}};
  if (how.by != nullptr) {
    std::this_thread::sleep_for(time);
    how.by();
  }
  while (true) ::pause();
}

// Returns how many ended otherwise, or left something; tells which.
int storm(const fs::path& directory, int rounds) {
  std::mt19937 random{std::random_device{}()};
  int mistakes = 0;
  for (int round = 0; round < rounds; ++round) {
    const ending& how = endings.at(static_cast<std::size_t>(round) % endings.size());
    if (is_handled_by_a_sanitizer(how)) continue;
    const std::chrono::microseconds time{random() % 5000};
    const pid_t child = ::fork();
    if (child == -1) return 1000;
    if (child == 0) live(directory, how, time);
    std::this_thread::sleep_for(std::chrono::milliseconds{2} + time);
    for (int i = 0; i < how.times; ++i) support::send(child, how.sent);
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return 1001;
    const int seen = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    const std::size_t left = support::entries(directory).size();
    if (seen == how.status && left == 0) continue;
    if (mistakes++ < 5) std::fprintf(stderr, "%s: ended by %d, %zu names left\n", how.name, seen, left);
    for (const fs::path& each : support::entries(directory)) {
      if (mistakes <= 5) {
        for (const std::string& line : support::snapshot(each)) std::fprintf(stderr, "  %s\n", line.c_str());
      }
      fs::remove_all(each);
    }
  }
  return std::min(mistakes, 100);
}

TEST(a_storm_of_signals, leaves_nothing) {
  if (!support::has_linux_platform()) GTEST_SKIP() << "needs Linux: elsewhere handlers leave trees";
  const support::scratch_directory scratch{support::quick_place()};
  const int rounds = support::is_long_run() ? 5000 : 300;
  EXPECT_EQ(support::run_in_storm(support::is_long_run() ? 900 : 100, [&] { return storm(scratch.path(), rounds); }),
            0);
}

}  // namespace
