// A program whose objects are static, of one thread, or never destroyed, and that ends by exit(), also while threads
// are creating: static_objects DIRECTORY [thread]. Exits with 1 if a destructor of a static object, older than all
// others, no longer finds its file.
#include <tempfile/tempfile.hpp>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "support/posix.hpp"

namespace {

namespace fs = std::filesystem;

fs::path& directory = *new fs::path;  // threads need it until the very end

// The file is made later, but this object ends after everything that main() makes.
struct oldest {
  oldest() = default;
  oldest(const oldest&) = delete;
  oldest& operator=(const oldest&) = delete;
  ~oldest() {
    if (file != nullptr && !fs::exists(file->path())) ::_exit(1);
  }
  tempfile::named_temporary_file* file{};  // never destroyed
};
oldest first;

std::optional<tempfile::temporary_directory> filled_later;

tempfile::temporary_directory make() { return tempfile::temporary_directory{{.dir = directory}}; }

}  // namespace

int main(int count, char** arguments) {
  ::alarm(60);
  if (count < 2) return 2;
  directory = arguments[1];
  first.file = new tempfile::named_temporary_file{{.dir = directory}};
  filled_later.emplace(make());
  static const tempfile::temporary_directory of_function = make();
  thread_local const tempfile::temporary_directory of_main = make();
  static_cast<void>(&of_main);
  std::thread{[] {
    thread_local const tempfile::temporary_directory of_thread = make();
    static_cast<void>(&of_thread);
    while (true) ::pause();
  }}.detach();
  std::thread{[] {
    while (true) {
      std::error_code error;
      const tempfile::temporary_directory made{{.dir = directory}, error};
    }
  }}.detach();
  static auto* const never_destroyed = new tempfile::temporary_directory{{.dir = directory}};
  if (never_destroyed == nullptr) return 3;
  ::usleep(2000);
  if (count > 2) {
    std::thread{[] { std::exit(0); }}.detach();
    while (true) ::pause();
  }
  std::exit(0);
}
