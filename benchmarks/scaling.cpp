// What one more object costs when many threads make them in one directory, and when many are alive.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "contest.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int rounds = 50;

std::string next_name(const std::string& directory) {
  static std::atomic<unsigned long> number{0};
  return directory + "/bare" + std::to_string(number++);
}

void make_bare_file(const std::string& directory) {
  const std::string name = next_name(directory);
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  ::unlink(name.c_str());
  ::close(descriptor);
}

void make_bare_directory(const std::string& directory) {
  const std::string name = next_name(directory);
  ::mkdir(name.c_str(), 0700);
  ::rmdir(name.c_str());
}

template <class Operation>
contest::contestant by_threads(const char* name, int threads, Operation operation) {
  return contest::here(name, [=] {
    constexpr int for_each_thread = 500;
    std::vector<std::thread> all;
    all.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([=] {
        for (int j = 0; j < for_each_thread; ++j) operation();
      });
    }
    for (std::thread& each : all) each.join();
  });
}

void add_threads(const std::string& directory, int threads) {
  contest::add("500 files by each thread/" + std::to_string(threads),
               {by_threads("open, unlink, close", threads, [=] { make_bare_file(directory); }),
                by_threads("named_temporary_file", threads, [] { const tempfile::named_temporary_file file; })},
               1, rounds);
}

void add_living(const std::string& directory, std::vector<tempfile::temporary_directory>& living, std::size_t count) {
  contest::contestant bare = contest::here("mkdir, rmdir", [=] { make_bare_directory(directory); });
  const contest::contestant ours =
      contest::here("temporary_directory", [] { const tempfile::temporary_directory made; });
  contest::contestant grown{bare.name, [&living, bare, count](int operations) {
                              while (living.size() < count) living.emplace_back();
                              return bare.seconds_for(operations);
                            }};
  constexpr int operations = 64;
  contest::add("one more while so many are alive/" + std::to_string(count), {grown, ours}, operations, rounds);
}

}  // namespace

int main(int count, char** arguments) {
  const tempfile::temporary_directory directory{{.dir = fs::is_directory("/dev/shm") ? "/dev/shm" : ""}};
  tempfile::settempdir(directory.path());
  std::vector<tempfile::temporary_directory> living;
  for (const int threads : {1, 2, 4, 8}) add_threads(directory.path(), threads);
  for (const std::size_t alive : {0U, 1000U, 100'000U, 1'000'000U}) add_living(directory.path(), living, alive);
  return contest::main(count, arguments);
}
