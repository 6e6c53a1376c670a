// Makes objects of one kind, one after the other, for scripts/count_instructions to count what one costs in user space.
//
//     one_object KIND DIRECTORY HOW_MANY
#include <unistd.h>
#include <tempfile/tempfile.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <istream>
#include <map>
#include <string>

namespace {

namespace fs = std::filesystem;

const std::string name_of_usual_length = "/tmpaaaaaaaaaaaa";

// What the compiler must not leave out because nobody uses it.
template <class T>
void use(T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

using work = std::function<void(const fs::path& directory)>;

// The first two are what the others are measured by: what the standard library takes for itself.
const std::map<std::string, work> kinds = {
    {"std::iostream",
     [](const fs::path&) {
       std::iostream stream{nullptr};
       use(stream);
     }},
    {"fs::path",
     [](const fs::path& directory) {
       const fs::path path{directory.native() + name_of_usual_length};
       use(path);
     }},
    {"glibc mkstemp",
     [](const fs::path& directory) {
       std::string name = directory.native() + "/tmpXXXXXX";
       const int descriptor = ::mkstemp(name.data());
       ::unlink(name.c_str());
       ::close(descriptor);
     }},
    {"temporary_file", [](const fs::path&) { const tempfile::temporary_file file{}; }},
    {"named_temporary_file", [](const fs::path&) { const tempfile::named_temporary_file file{}; }},
    {"spooled_temporary_file",
     [](const fs::path&) { const tempfile::spooled_temporary_file file{{.max_size = 4096}}; }},
    {"temporary_directory", [](const fs::path&) { const tempfile::temporary_directory made{}; }},
    {"mkstemp",
     [](const fs::path&) {
       const auto made = tempfile::mkstemp();
       ::unlink(made.path.c_str());
     }},
    {"mkdtemp",
     [](const fs::path&) {
       const fs::path made = tempfile::mkdtemp();
       ::rmdir(made.c_str());
     }},
};

}  // namespace

int main(int count, char** arguments) {
  const auto kind = count == 4 ? kinds.find(arguments[1]) : kinds.end();
  if (kind == kinds.end()) {
    std::fputs("one_object KIND DIRECTORY HOW_MANY\n", stderr);
    for (const auto& [name, makes] : kinds) std::printf("%s\n", name.c_str());
    return 2;
  }
  const fs::path directory{arguments[2]};
  tempfile::settempdir(directory);
  for (int i = std::stoi(arguments[3]); i > 0; --i) kind->second(directory);
}
