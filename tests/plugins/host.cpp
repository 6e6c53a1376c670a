// host DIRECTORY PLUGIN PLUGIN: two copies of the library in one process, each in a plugin of its own. What one has
// made, the other does not remove in a forked child; and exit() cleans up for both, also when they have been closed.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace {

namespace fs = std::filesystem;

struct plugin {
  explicit plugin(const char* path) : library{::dlopen(path, RTLD_NOW | RTLD_LOCAL)} {
    if (library == nullptr) {
      std::fputs(::dlerror(), stderr);
      return;
    }
    make = reinterpret_cast<void* (*)(const char*)>(::dlsym(library, "plugin_make"));
    destroy = reinterpret_cast<void (*)(void*)>(::dlsym(library, "plugin_destroy"));
  }
  void* library;
  void* (*make)(const char*){};
  void (*destroy)(void*){};
};

bool is_empty(const char* directory) { return fs::is_empty(directory); }

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const char* const directory = arguments[1];
  fs::create_directories(directory);
  const plugin first{arguments[2]};
  const plugin second{arguments[3]};
  if (first.make == nullptr || second.make == nullptr || first.make == second.make) return 3;
  second.destroy(second.make(directory));  // it has noticed no fork either
  void* const made = first.make(directory);
  const pid_t child = ::fork();
  if (child < 0) return 4;
  if (child == 0) {
    second.destroy(second.make(directory));
    second.destroy(made);
    ::_exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) return 5;
  if (is_empty(directory)) {
    std::puts("the child has removed what its parent owns");
    return 6;
  }
  first.destroy(made);
  if (!is_empty(directory)) return 7;
  const pid_t leaver = ::fork();
  if (leaver < 0) return 8;
  if (leaver == 0) {
    first.make(directory);
    second.make(directory);
    ::dlclose(first.library);
    ::dlclose(second.library);
    std::exit(0);
  }
  if (::waitpid(leaver, &status, 0) != leaver || status != 0) return 9;
  return is_empty(directory) ? 0 : 10;
}
