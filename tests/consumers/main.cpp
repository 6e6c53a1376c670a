// A stranger's program: it uses something of each kind, compiled code and inline code, and tells whether they fit.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <tempfile/tempfile.hpp>

namespace {

std::string version_of_the_headers() {
  return std::to_string(TEMPFILE_VERSION_MAJOR) + "." + std::to_string(TEMPFILE_VERSION_MINOR) + "." +
         std::to_string(TEMPFILE_VERSION_PATCH);
}

std::string written_and_read_back(const std::string& word) {
  tempfile::temporary_file file;
  file << word;
  file.seek(0);
  std::string found;
  file >> found;
  return found;
}

bool gone_after_its_scope() {
  const auto path = tempfile::temporary_directory{}.path();
  return !std::filesystem::exists(path);
}

}  // namespace

int main() {
  const bool works = tempfile::version() == version_of_the_headers() && written_and_read_back("hello") == "hello" &&
                     gone_after_its_scope();
  std::cout << (works ? "works\n" : "does not work\n");
  return works ? EXIT_SUCCESS : EXIT_FAILURE;
}
