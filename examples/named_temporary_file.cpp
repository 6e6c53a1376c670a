// A scratch file with a path: other code opens it while it is alive.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>
#include <string>

namespace fs = std::filesystem;

// Stands for any code that wants a path, in this program or another.
std::string first_line_of(const fs::path& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

int main() {
  std::cout << std::boolalpha;
  fs::path path;
  {
    tempfile::named_temporary_file file{{.suffix = ".csv"}};
    path = file.path();
    file << "name,value\n" << std::flush;

    std::cout << "extension: " << path.extension().string() << '\n'
              << "exists: " << fs::exists(path) << '\n'
              << "read by its path: " << first_line_of(path) << '\n';
  }
  std::cout << "exists afterwards: " << fs::exists(path) << '\n';
}
