// What the table of owned names costs: to record a name, in memory and in a lease, and when exit() removes everything.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "measure.hpp"

namespace {

namespace fs = std::filesystem;
using tempfile::internal::owned_path;

// --- one record ------------------------------------------------------------------------------------------------------

double cpu_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

fs::path path_of(std::size_t length) {
  std::string path = "/tmp/";
  path.resize(length, 'x');
  return path;
}

// As an owner does it, but nothing is created and nothing removed.
void record(const fs::path& path) {
  owned_path name;
  std::error_code error;
  name.acquire(fs::path{path}, fs::file_type::regular, fs::perms::none, true, error);
  name.confirm(false, error);
  name.release();
}

// The path alone, which an owner has without the table, too.
void copy(const fs::path& path) {
  const fs::path own{path};  // NOLINT(performance-unnecessary-copy-initialization): it is what is measured
  asm volatile("" : : "r"(own.c_str()) : "memory");
}

template <class Operation>
double nanoseconds_for(const fs::path& path, Operation operation) {
  constexpr int operations = 20'000;
  const double begin = cpu_nanoseconds();
  for (int i = 0; i < operations; ++i) operation(path);
  return (cpu_nanoseconds() - begin) / operations;
}

// By how much a record makes an owner slower.
double cost(std::size_t length) {
  constexpr int rounds = 41;
  const fs::path path = path_of(length);
  std::vector<double> differences;
  for (int i = 0; i < rounds; ++i) {
    const double without = nanoseconds_for(path, copy);
    differences.push_back(nanoseconds_for(path, record) - without);
  }
  return measure::median(differences);
}

double cost_for_two_threads(std::size_t length) {
  double first = 0;
  double second = 0;
  std::thread other{[&] { first = cost(length); }};
  second = cost(length);
  other.join();
  return std::max(first, second);
}

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// By names of one character, for which a path needs no memory of its own; their slots have the usual size.
void own(std::vector<owned_path>& living, std::size_t count) {
  const fs::path path = "x";
  std::error_code error;
  while (living.size() < count) {
    living.emplace_back().acquire(fs::path{path}, fs::file_type::regular, fs::perms::none, true, error);
    living.back().confirm(false, error);
  }
}

void print_records() {
  std::printf("| recording and freeing a name | CPU time more |\n| --- | --- |\n");
  const auto row = [](const std::string& what, double nanoseconds) {
    std::printf("| %s | %.0f ns |\n", what.c_str(), nanoseconds);
  };
  constexpr std::size_t usual = 20;
  row("20 characters", cost(usual));
  row("42 characters", cost(42));
  row("120 characters", cost(120));
  row("20 characters, two threads at once, the slower one", cost_for_two_threads(usual));
  std::vector<owned_path> living;
  constexpr std::size_t most = 1'000'000;
  living.reserve(most);  // and touched, so that it does not count below
  living.resize(most);
  living.clear();
  for (const std::size_t alive : {std::size_t{64}, std::size_t{1000}, std::size_t{100'000}}) {
    own(living, alive);
    row(std::to_string(alive) + " others alive", cost(usual));
  }
  const double before = resident_bytes();
  const auto known = static_cast<double>(living.size());
  own(living, most);
  const double bytes = (resident_bytes() - before) / (static_cast<double>(most) - known);
  row("1000000 others alive", cost(usual));
  std::printf("\nOf a million names that are alive, each takes %.1f bytes in the table.\n", bytes);
  for (owned_path& each : living) each.release();
}

// --- leases ----------------------------------------------------------------------------------------------------------

// A process that creates and removes when it is told to, with a lease or without: one that has a lease keeps it.
class creating_process {
 public:
  creating_process(const fs::path& directory, bool is_leased) {
    if (::pipe(to_it_) != 0 || ::pipe(from_it_) != 0) std::abort();
    std::fflush(nullptr);  // or its exit() would print that as well
    process_ = ::fork();
    if (process_ == 0) live(directory, is_leased);
    if (process_ == -1) std::abort();
  }
  creating_process(const creating_process&) = delete;
  creating_process& operator=(const creating_process&) = delete;
  ~creating_process() {
    static_cast<void>(nanoseconds_for(0));
    ::waitpid(process_, nullptr, 0);
    for (const int each : {to_it_[0], to_it_[1], from_it_[0], from_it_[1]}) ::close(each);
  }

  // Of CPU time, for each file and directory.
  double nanoseconds_for(int pairs) {
    double nanoseconds = 0;
    if (::write(to_it_[1], &pairs, sizeof pairs) != sizeof pairs ||
        ::read(from_it_[0], &nanoseconds, sizeof nanoseconds) != sizeof nanoseconds) {
      std::abort();
    }
    return nanoseconds;
  }

 private:
  [[noreturn]] void live(const fs::path& directory, bool is_leased) const {
    if (is_leased && tempfile::enable_leases({.dir = directory})) std::abort();
    for (int pairs = 0; ::read(to_it_[0], &pairs, sizeof pairs) == sizeof pairs;) {
      const double begin = cpu_nanoseconds();
      for (int i = 0; i < pairs; ++i) const tempfile::named_temporary_file file{{.dir = directory}};
      const double nanoseconds = (cpu_nanoseconds() - begin) / pairs;
      if (::write(from_it_[1], &nanoseconds, sizeof nanoseconds) != sizeof nanoseconds || pairs == 0) break;
    }
    std::exit(0);
  }

  int to_it_[2]{};
  int from_it_[2]{};
  pid_t process_{};
};

void print_leases(const char* where, const fs::path& parent) {
  constexpr int rounds = 201;
  constexpr int pairs = 200;
  const tempfile::temporary_directory directory{{.dir = parent}};
  creating_process plain{directory, false};
  creating_process leased{directory, true};
  std::vector<double> without;
  std::vector<double> with;
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    without.push_back(plain.nanoseconds_for(pairs));
    with.push_back(leased.nanoseconds_for(pairs));
    ratios.push_back(with.back() / without.back());
  }
  std::printf("| %s | %.2f µs | %.2f µs | **%.2f** (%.2f to %.2f) |\n", where, measure::median(without) / 1000,
              measure::median(with) / 1000, measure::median(ratios), measure::quantile(ratios, 0.25),
              measure::quantile(ratios, 0.75));
}

// --- exit ------------------------------------------------------------------------------------------------------------

// Runs prepare() in a child, and then end(), which must not return. Returns how long end() and the rest of its life
// take.
template <class Prepare, class End>
double seconds_to_end(Prepare prepare, End end) {
  int ready[2];
  if (::pipe(ready) != 0) std::abort();
  std::fflush(nullptr);  // or the child's exit() would print it as well
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ready[0]);
    prepare();
    if (::write(ready[1], "+", 1) != 1) ::_exit(1);
    end();
  }
  ::close(ready[1]);
  char told = 0;
  if (child == -1 || ::read(ready[0], &told, 1) != 1) std::abort();
  const auto begin = std::chrono::steady_clock::now();
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr int files_alive = 100'000;

double seconds_for_exit(const fs::path& directory) {
  std::vector<tempfile::temporary_path> files;
  return seconds_to_end(
      [&] {
        files.reserve(files_alive);
        for (int i = 0; i < files_alive; ++i) {
          files.push_back(tempfile::named_temporary_file{{.dir = directory}}.into_path());
        }
      },
      [] { std::exit(0); });
}

double seconds_for_unlinks(const fs::path& directory) {
  std::vector<fs::path> files;
  return seconds_to_end(
      [&] {
        files.reserve(files_alive);
        for (int i = 0; i < files_alive; ++i) files.push_back(tempfile::mkstemp({.dir = directory}).path);
      },
      [&] {
        for (const fs::path& each : files) ::unlink(each.c_str());
        std::_Exit(0);
      });
}

void print_exit(const char* where, const fs::path& parent, int rounds) {
  const tempfile::temporary_directory directory{{.dir = parent}};
  std::vector<double> bare;
  std::vector<double> ours;
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    bare.push_back(seconds_for_unlinks(directory));
    ours.push_back(seconds_for_exit(directory));
    ratios.push_back(ours.back() / bare.back());
  }
  std::printf("| %s | %.0f ms | %.0f ms | **%.2f** (%.2f to %.2f) |\n", where, 1000 * measure::median(bare),
              1000 * measure::median(ours), measure::median(ratios), measure::quantile(ratios, 0.25),
              measure::quantile(ratios, 0.75));
}

}  // namespace

int main() {
  print_records();
  std::printf(
      "\n| a named file, created and removed | without a lease | with one | ratio |\n| --- | --- | --- | --- |\n");
  if (fs::is_directory("/dev/shm")) print_leases("tmpfs", "/dev/shm");
  print_leases("usual place", tempfile::gettempdir());
  std::printf(
      "\n| 100,000 files at the end of a process | unlink, _exit | exit | ratio |\n| --- | --- | --- | --- |\n");
  if (fs::is_directory("/dev/shm")) print_exit("tmpfs", "/dev/shm", 7);
  print_exit("usual place", tempfile::gettempdir(), 3);  // on a disk each takes seconds
}
