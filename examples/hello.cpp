// A scratch file with a path, in a scratch directory; both are gone when main() ends.
#include <tempfile/tempfile.hpp>

#include <iostream>

int main() {
  tempfile::temporary_directory dir;
  tempfile::named_temporary_file file{{.suffix = ".txt", .dir = dir.path()}};
  file << "hello\n";
  file.seek(0);
  std::cout << file.rdbuf();
}
