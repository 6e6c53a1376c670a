// A program that has something temporary and ends: ending WAY KIND DIRECTORY BEFORE SIGNAL. The tests look at what is
// left.
#include <tempfile/tempfile.hpp>

#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "support/posix.hpp"

namespace {

namespace fs = std::filesystem;

// Something temporary, and whether it is still there as far as the process can tell.
struct owner {
  std::shared_ptr<void> object;
  std::function<bool()> is_there;
};

template <class File>
owner owner_of_file(std::shared_ptr<File> file) {
  *file << "content" << std::flush;
  return {file, [file] {
            if constexpr (requires { file->path(); }) {
              if (!fs::exists(file->path())) return false;
            }
            return (*file << "more" << std::flush).good();
          }};
}

owner owner_of_path(const fs::path& path) {
  return {nullptr, [path] { return fs::exists(path); }};
}

owner make(const std::string& kind, const fs::path& where) {
  if (kind == "temporary_file") {
    return owner_of_file(std::make_shared<tempfile::temporary_file>(tempfile::options{.dir = where}));
  }
  if (kind == "spooled_temporary_file") {
    return owner_of_file(std::make_shared<tempfile::spooled_temporary_file>(
        tempfile::spooled_temporary_file_options{.dir = where, .max_size = 4}));
  }
  if (kind == "replacing_file") return owner_of_file(std::make_shared<tempfile::replacing_file>(where / "target"));
  if (kind == "named_temporary_file" || kind == "keep") {
    return owner_of_file(std::make_shared<tempfile::named_temporary_file>(
        tempfile::named_temporary_file_options{.dir = where, .keep = kind == "keep"}));
  }
  if (kind == "temporary_directory") {
    auto made = std::make_shared<tempfile::temporary_directory>(tempfile::temporary_directory_options{.dir = where});
    fs::create_directories(*made / "some/tree");
    support::write_file(*made / "some/file", "content");
    return {made, [made] { return fs::exists(*made / "some/file"); }};
  }
  if (kind == "temporary_path") {
    support::write_file(where / "adopted", "content");
    auto made = std::make_shared<tempfile::temporary_path>(where / "adopted");
    return {made, [made] { return fs::exists(made->path()); }};
  }
  if (kind == "mkstemp") return owner_of_path(tempfile::mkstemp({.dir = where}).path);
  if (kind == "mkdtemp") return owner_of_path(tempfile::mkdtemp({.dir = where}));
  std::cerr << "unknown kind " << kind << '\n';
  std::exit(2);
}

// A forked child ends in every way that doesn't need the parent's help; the parent has everything afterwards.
int end_children(const owner& owned) {
  const auto exits = [] { std::exit(0); };
  const auto is_killed = [] { std::raise(SIGTERM); };
  for (const std::function<void()>& end : {std::function<void()>{exits}, std::function<void()>{is_killed}}) {
    const pid_t child = ::fork();
    if (child == 0) {
      end();
      ::_exit(1);
    }
    int status = 0;
    if (child == -1 || ::waitpid(child, &status, 0) != child) return 1;
    if (!owned.is_there()) return 3;
  }
  return 0;
}

struct known_exception {};

int end(const std::string& way, owner& owned, const std::string& argument) {
  if (way == "exit") std::exit(0);
  if (way == "quick_exit") std::quick_exit(0);
  if (way == "terminate") std::terminate();
  if (way == "uncaught" || way == "exception") throw known_exception{};
  if (way == "abort") std::abort();
  if (way == "signal" || way == "kill") std::raise(std::stoi(argument));
  if (way == "overflow") return support::overflow_the_stack();
  if (way == "_exit") ::_exit(0);
  if (way == "exec") ::execl("/bin/true", "true", nullptr);
  if (way == "fork") ::_exit(end_children(owned));
  if (way == "cut") {
    std::cout << "ready" << std::endl;  // NOLINT(performance-avoid-endl): somebody waits for it
    while (true) ::pause();
  }
  return way == "return" ? 0 : 2;
}

}  // namespace

int main(int count, char** arguments) {  // NOLINT(bugprone-exception-escape): then it ends otherwise, as is seen
  if (count != 6) return 2;
  const std::string way = arguments[1];
  support::expect_the_end(60);
  if (arguments[4] == std::string{"handled"} && !tempfile::cleanup_on_signals().empty()) return 4;
  if (arguments[4] == std::string{"leased"}) tempfile::enable_leases({.dir = arguments[3]});
  if (way == "exception") {
    try {
      owner owned = make(arguments[2], arguments[3]);
      end(way, owned, arguments[5]);
    } catch (const known_exception&) {
      ::_exit(0);
    }
  }
  owner owned = make(arguments[2], arguments[3]);
  return end(way, owned, arguments[5]);
}
