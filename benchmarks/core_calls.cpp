// What creating and removing costs, as a ratio to the bare system calls. Ours and theirs take turns in the same run, so
// that whatever else the machine does meets both; the figures are medians over the rounds.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "measure.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int calls_in_a_round = 64;

double nanoseconds_per_call(void (*call)(const fs::path&), const fs::path& directory) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls_in_a_round; ++i) call(directory);
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
  return taken.count() / calls_in_a_round;
}

void compare(benchmark::State& state, void (*ours)(const fs::path&), void (*bare)(const fs::path&),
             const fs::path& parent) {
  const tempfile::temporary_directory directory{{.dir = parent}};
  std::vector<double> ours_taken;
  std::vector<double> bare_taken;
  std::vector<double> ratios;
  for ([[maybe_unused]] const auto round : state) {
    bare_taken.push_back(nanoseconds_per_call(bare, directory.path()));
    ours_taken.push_back(nanoseconds_per_call(ours, directory.path()));
    ratios.push_back(ours_taken.back() / bare_taken.back());
  }
  state.counters["bare_ns"] = measure::median(bare_taken);
  state.counters["ours_ns"] = measure::median(ours_taken);
  state.counters["ratio"] = measure::median(ratios);
}

// --- ours ------------------------------------------------------------------------------------------------------------

void make_unnamed(const fs::path& directory) { const tempfile::temporary_file file{{.dir = directory}}; }
void make_named(const fs::path& directory) { const tempfile::named_temporary_file file{{.dir = directory}}; }
void make_directory(const fs::path& directory) { const tempfile::temporary_directory made{{.dir = directory}}; }

void make_by_mkstemp(const fs::path& directory) {
  const auto made = tempfile::mkstemp({.dir = directory});
  ::unlink(made.path.c_str());
}

void make_by_mkdtemp(const fs::path& directory) { ::rmdir(tempfile::mkdtemp({.dir = directory}).c_str()); }

// --- bare ------------------------------------------------------------------------------------------------------------

std::string next_name(const fs::path& directory) {
  static unsigned long number = 0;
  std::string name = directory.native() + "/bare000000000000";
  std::snprintf(name.data() + name.size() - 12, 13, "%012lu", number++);
  return name;
}

void open_unnamed(const fs::path& directory) {
  ::close(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

void open_and_unlink(const fs::path& directory) {
  const std::string name = next_name(directory);
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  ::unlink(name.c_str());
  ::close(descriptor);
}

void make_and_remove_directory(const fs::path& directory) {
  const std::string name = next_name(directory);
  ::mkdir(name.c_str(), 0700);
  ::rmdir(name.c_str());
}

struct pair {
  const char* name;
  void (*ours)(const fs::path&);
  void (*bare)(const fs::path&);
};

constexpr pair pairs[] = {
    {"temporary_file", make_unnamed, open_unnamed},
    {"named_temporary_file", make_named, open_and_unlink},
    {"temporary_directory", make_directory, make_and_remove_directory},
    {"mkstemp", make_by_mkstemp, open_and_unlink},
    {"mkdtemp", make_by_mkdtemp, make_and_remove_directory},
};

void register_pairs(const fs::path& parent) {
  for (const pair& measured : pairs) {
    benchmark::RegisterBenchmark(
        (std::string{measured.name} + " in " + parent.string()).c_str(),
        [measured, parent](benchmark::State& state) { compare(state, measured.ours, measured.bare, parent); })
        ->Iterations(500);
  }
}

}  // namespace

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  // A file system in memory, where the system calls are cheapest and ours shows most, and the usual place.
  if (fs::is_directory("/dev/shm")) register_pairs("/dev/shm");
  register_pairs(tempfile::gettempdir());
  benchmark::RunSpecifiedBenchmarks();
}
