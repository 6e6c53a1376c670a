// A scratch file without a name: write, go back to the beginning, read. It vanishes when it is closed.
#include <tempfile/tempfile.hpp>

#include <iostream>
#include <string>

int main() {
  tempfile::temporary_file file;
  file << "first line\n"
       << "second line\n";

  std::string line;
  std::getline(file, line);
  std::cout << "without seek(0) there is nothing to read: \"" << line << "\"\n";

  file.seek(0);
  while (std::getline(file, line)) std::cout << "read back: " << line << '\n';
}
