// Processes that create and remove all the time, and others that sweep, are killed again and again. Nobody may miss
// what it owns, and one sweep at the end has to find all that is left.
#pragma once

#include <tempfile/tempfile.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/posix.hpp"
#include "support/support.hpp"

namespace support {

// What the processes count together.
struct sweep_storm_counts {
  std::atomic<long> names{0};          // that were made
  std::atomic<long> missing{0};        // that their living owner did not find
  std::atomic<long> looks{0};          // of children at what they have inherited
  std::atomic<long> child_missing{0};  // that they did not find
};

struct sweep_storm {
  std::filesystem::path directory;  // to be stormed in
  int kills{};
  void (*prepare)() = nullptr;  // a worker, before it takes its lease
  // How a worker makes something; by default by the library. What it makes has the prefix "tmp".
  void (*make)(const std::filesystem::path& directory, sweep_storm_counts& counts) = nullptr;
};

struct sweep_storm_result {
  long names{};
  long missing{};
  long looks{};
  long child_missing{};
  std::size_t killed_left{};  // names, when all are dead
  std::size_t left{};         // after one sweep
  std::size_t leases_left{};
};

class sweep_storm_run {
 public:
  // In the process that is to be the parent of all: see run_in_storm().
  static sweep_storm_result run(const sweep_storm& storm) {
    sweep_storm_run now{storm};
    now.kill_again_and_again();
    return now.result();
  }

 private:
  static constexpr std::size_t workers = 6;
  static constexpr std::size_t sweepers = 2;
  using counts = sweep_storm_counts;

  explicit sweep_storm_run(const sweep_storm& storm) : storm_{storm} {
    void* const shared = ::mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    counts_ = new (shared) counts;
    std::filesystem::create_directory(storm.directory / "targets");
  }

  void kill_again_and_again() {
    for (std::size_t i = 0; i < processes_.size(); ++i) start(i);
    for (int kills = 0; kills < storm_.kills; ++kills) {
      std::this_thread::sleep_for(std::chrono::microseconds{1000 + random_() % 4000});
      const std::size_t victim = random_() % processes_.size();
      end(victim);
      start(victim);
    }
    for (std::size_t i = 0; i < processes_.size(); ++i) end(i);
  }

  void start(std::size_t i) {
    processes_.at(i) = ::fork();
    if (processes_.at(i) != 0) return;
    ::alarm(600);
    if (i < workers) {
      work();
    } else {
      sweep_for_ever();
    }
  }

  void end(std::size_t i) {
    if (send(processes_.at(i), SIGKILL)) ::waitpid(processes_.at(i), nullptr, 0);
  }

  [[noreturn]] void work() const {
    if (storm_.prepare != nullptr) storm_.prepare();
    tempfile::enable_leases({.dir = storm_.directory});
    while (true) {
      try {
        if (storm_.make != nullptr) {
          storm_.make(storm_.directory, *counts_);
        } else {
          make_some(storm_.directory, *counts_);
        }
      } catch (const std::filesystem::filesystem_error&) {
        ++counts_->missing;
      }
    }
  }

  [[noreturn]] void sweep_for_ever() const {
    while (true) {
      tempfile::sweep_report report;
      tempfile::sweep(storm_.directory, report);
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
  }

  static void make_some(const std::filesystem::path& directory, counts& counted) {
    static thread_local std::mt19937 random{static_cast<std::mt19937::result_type>(::getpid())};
    std::vector<tempfile::named_temporary_file> files;
    for (int i = 0; i < 5; ++i) files.emplace_back(tempfile::named_temporary_file_options{.dir = directory}) << i;
    const tempfile::temporary_directory tree{{.dir = directory}};
    std::filesystem::create_directories(tree / "a/b");
    write_file(tree / "a/file", "content");
    const tempfile::temporary_directory inner{{.dir = tree / "a/b"}};
    counted.names += 7;
    for (const tempfile::named_temporary_file& file : files) count_missing(file.path(), counted.missing);
    count_missing(tree / "a/file", counted.missing);
    count_missing(inner.path(), counted.missing);
    files.back().persist(directory / "targets" / std::to_string(random() % 10));
    if (random() % 20 == 0) look_as_a_child(tree / "a/file", counted);
  }

  // A child goes on with what its parent had, also when that is killed.
  static void look_as_a_child(const std::filesystem::path& path, counts& counted) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0; i < 10; ++i) {
        ++counted.looks;
        count_missing(path, counted.child_missing);
        std::this_thread::sleep_for(std::chrono::microseconds{300});
      }
      ::_exit(0);
    }
    if (child > 0) ::waitpid(child, nullptr, 0);
  }

  static void count_missing(const std::filesystem::path& path, std::atomic<long>& missing) {
    if (!std::filesystem::exists(path)) ++missing;
  }

  [[nodiscard]] std::size_t names_left() const {
    const std::vector<std::filesystem::path> all = entries(storm_.directory);
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const std::filesystem::path& path) {
      return path.filename().native().starts_with("tmp");
    }));
  }

  sweep_storm_result result() const {
    const std::size_t killed_left = names_left();
    tempfile::sweep_report report;
    for (int i = 0; i < 1000; ++i) {  // until the last children have ended
      tempfile::sweep(storm_.directory, report);
      if (report.live_leases == 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    std::size_t leases = 0;
    for (const std::filesystem::path& each : entries(storm_.directory)) {
      if (!each.filename().native().starts_with(".tempfile-")) continue;
      for (const std::filesystem::path& file : entries(each)) leases += file.filename() == "swept" ? 0 : 1;
    }
    return {counts_->names, counts_->missing, counts_->looks, counts_->child_missing,
            killed_left,    names_left(),     leases};
  }

  const sweep_storm& storm_;
  counts* counts_;
  std::array<pid_t, workers + sweepers> processes_{};
  std::mt19937 random_{std::random_device{}()};
};

}  // namespace support
