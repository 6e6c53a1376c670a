// From temporary to permanent: a file that appears complete, or not at all.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>
#include <string>

namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

int main() {
  const tempfile::temporary_directory dir;

  // All at once.
  const fs::path settings = dir / "settings.ini";
  tempfile::write_file(settings, "volume=10\n");
  std::cout << "written: " << content_of(settings) << '\n';

  // Piece by piece; until it is committed, the old file is there.
  tempfile::replacing_file change{settings};
  change << "volume=" << 11 << '\n';
  std::cout << "not committed yet: " << content_of(settings) << '\n';
  change.commit();
  std::cout << "committed: " << content_of(settings) << '\n';

  // A scratch file that turns out to be worth keeping; and nobody else's is replaced.
  tempfile::named_temporary_file file{{.dir = dir.path()}};
  file << "a result\n";
  std::error_code error;
  file.persist(settings, {.overwrite = false}, error);
  if (error == std::errc::file_exists) std::cout << "there is something already\n";
  file.persist(dir / "result", {.durability = tempfile::durability::full});
  std::cout << "elsewhere: " << content_of(dir / "result") << '\n';
}
