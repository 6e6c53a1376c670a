// What it costs to create something and to remove it, beside the bare system calls and other libraries.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "contest.hpp"
#include "creation_peers/peer.hpp"
#include "other_process.hpp"

namespace {

namespace fs = std::filesystem;
using creation::kind;

constexpr int rounds = 300;
constexpr int operations_at_a_time = 64;

// --- the bare calls --------------------------------------------------------------------------------------------------

void open_unnamed(const std::string& directory) {
  ::close(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

void open_and_unlink(const std::string& directory) {
  const std::string name = directory + "/tmpaaaaaaaaaaaa";
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  ::unlink(name.c_str());
  ::close(descriptor);
}

void make_and_remove_directory(const std::string& directory) {
  const std::string name = directory + "/tmpaaaaaaaaaaaa";
  ::mkdir(name.c_str(), 0700);
  ::rmdir(name.c_str());
}

// And with what ours are or have besides, which is the standard library's: a stream, a path.

void make_stream() {
  std::iostream stream{nullptr};
  benchmark::DoNotOptimize(&stream);
}

void make_path(const std::string& directory) {
  const fs::path path{directory + "/tmpaaaaaaaaaaaa"};
  benchmark::DoNotOptimize(&path);
}

void open_unnamed_with_stream(const std::string& directory) {
  make_stream();
  open_unnamed(directory);
}

void open_and_unlink_with_path(const std::string& directory) {
  make_path(directory);
  open_and_unlink(directory);
}

void open_and_unlink_with_stream(const std::string& directory) {
  make_stream();
  open_and_unlink_with_path(directory);
}

void make_and_remove_directory_with_path(const std::string& directory) {
  make_path(directory);
  make_and_remove_directory(directory);
}

// --- ours, in the directory that settempdir() has set ----------------------------------------------------------------

void make_unnamed(const std::string&) { const tempfile::temporary_file file; }
void make_named(const std::string&) { const tempfile::named_temporary_file file; }
void make_directory(const std::string&) { const tempfile::temporary_directory directory; }

void make_by_mkstemp(const std::string&) {
  const auto made = tempfile::mkstemp();
  ::unlink(made.path.c_str());
}

void make_by_mkdtemp(const std::string&) { ::rmdir(tempfile::mkdtemp().c_str()); }

// --- the contests ----------------------------------------------------------------------------------------------------

struct discipline {
  kind what;
  const char* name;
  std::vector<creation::peer> first;
};

const discipline disciplines[] = {
    {kind::unnamed_file,
     "unnamed_file",
     {{kind::unnamed_file, "open, close", open_unnamed},
      {kind::unnamed_file, "open, close, and a std::iostream", open_unnamed_with_stream},
      {kind::unnamed_file, "temporary_file", make_unnamed}}},
    {kind::named_file,
     "named_file",
     {{kind::named_file, "open, unlink, close", open_and_unlink},
      {kind::named_file, "open, unlink, close, and an fs::path", open_and_unlink_with_path},
      {kind::named_file, "open, unlink, close, and both", open_and_unlink_with_stream},
      {kind::named_file, "named_temporary_file", make_named},
      {kind::named_file, "mkstemp", make_by_mkstemp}}},
    {kind::directory,
     "directory",
     {{kind::directory, "mkdir, rmdir", make_and_remove_directory},
      {kind::directory, "mkdir, rmdir, and an fs::path", make_and_remove_directory_with_path},
      {kind::directory, "temporary_directory", make_directory},
      {kind::directory, "mkdtemp", make_by_mkdtemp}}},
};

contest::contestant contestant_of(const creation::peer& peer, const std::string& directory) {
  contest::contestant here = contest::here(peer.name, [once = peer.once, directory] { once(directory); });
  return {here.name, [here, directory](int operations) {
            tempfile::settempdir(directory);
            return here.seconds_for(operations);
          }};
}

void add(const discipline& held, const std::string& place, const std::string& directory) {
  std::vector<contest::contestant> contestants;
  for (const creation::peer& peer : held.first) contestants.push_back(contestant_of(peer, directory));
  for (const creation::peer& peer : creation::peers()) {
    if (peer.what == held.what) contestants.push_back(contestant_of(peer, directory));
  }
  const fs::path rust = fs::path{TEMPFILE_CREATION_PEERS} / "rust_peer";
  const fs::path python = fs::path{TEMPFILE_CREATION_SCRIPTS} / "python.py";
  if (fs::exists(rust)) contestants.push_back(contest::elsewhere("Rust tempfile", {rust, held.name, directory}));
  if (fs::exists("/usr/bin/python3")) {
    contestants.push_back(contest::elsewhere("Python", {"/usr/bin/python3", python, held.name, directory}));
  }
  contest::add(std::string{"create "} + held.name + "/" + place, std::move(contestants), operations_at_a_time, rounds);
}

}  // namespace

int main(int count, char** arguments) {
  // A file system in memory, where the system calls are cheapest and what is around them shows most, and the usual
  // place.
  const tempfile::temporary_directory usual;
  const tempfile::temporary_directory memory{{.dir = fs::is_directory("/dev/shm") ? "/dev/shm" : ""}};
  for (const discipline& held : disciplines) {
    add(held, "tmpfs", memory.path());
    add(held, "usual place", usual.path());
  }
  return contest::main(count, arguments);
}
