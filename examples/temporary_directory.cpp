// A folder of scratch files: it goes with everything in it when the block ends, an exception's way out included.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>
#include <stdexcept>

namespace fs = std::filesystem;

int main() {
  std::cout << std::boolalpha;
  fs::path path;
  try {
    tempfile::temporary_directory dir;
    path = dir.path();
    fs::create_directory(dir / "logs");
    std::ofstream{dir / "notes.txt"} << "scratch\n";
    std::ofstream{dir / "logs" / "today.txt"} << "more scratch\n";

    for (const fs::path& file : dir.glob("**/*.txt")) std::cout << fs::relative(file, path).generic_string() << '\n';
    std::cout << "exists: " << fs::exists(path) << '\n';
    throw std::runtime_error{"something went wrong"};
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << '\n';
  }
  std::cout << "exists afterwards: " << fs::exists(path) << '\n';
}
