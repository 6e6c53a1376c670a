// A file that stays in memory while it is small: an upload whose size nobody knows beforehand.
#include <tempfile/tempfile.hpp>

#include <iostream>
#include <string>

int main() {
  tempfile::spooled_temporary_file upload{{.max_size = 1000}};
  upload << "a small request";
  std::cout << "in memory: " << std::boolalpha << !upload.is_rolled() << '\n';

  upload << std::string(1000, '.');
  std::cout << "after a thousand bytes more, on disk: " << upload.is_rolled() << '\n';

  std::string word;
  upload.seek(0);
  upload >> word >> word;
  std::cout << "and all of it is there: a " << word << " ...\n";
}
