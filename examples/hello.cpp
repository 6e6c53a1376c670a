#include <tempfile/tempfile.hpp>

#include <iostream>

int main() {
  tempfile::temporary_directory dir;  // private, and gone with everything in it when main() ends
  tempfile::named_temporary_file file{{.suffix = ".txt", .dir = dir.path()}};
  file << "hello\n";
  file.seek(0);
  std::cout << file.rdbuf();
}
