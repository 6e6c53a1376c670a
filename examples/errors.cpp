// What goes wrong is an exception or an error code, as you like; what a destructor can't do goes to a hook.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>

namespace fs = std::filesystem;

void as_error_code(const fs::path& missing) {
  std::error_code error;
  const tempfile::temporary_directory dir{{.dir = missing}, error};
  if (error == std::errc::no_such_file_or_directory) std::cout << "error code: no such directory\n";
}

void as_exception(const fs::path& missing) {
  try {
    const tempfile::temporary_directory dir{{.dir = missing}};
  } catch (const fs::filesystem_error& error) {
    std::cout << "exception: in " << error.path1().parent_path().filename().string() << '\n';
  }
}

// The owner finds another file under its name, and leaves that alone.
void told_to_hook(const fs::path& path, const fs::path& other) {
  const tempfile::temporary_path owner{path};
  fs::rename(other, path);
}

int main() {
  tempfile::set_cleanup_error_hook([](const fs::path& path, const std::error_code& error) noexcept {
    std::cout << "hook: " << path.filename().string()
              << (error == tempfile::errc::replaced ? " was replaced\n" : " was not removed\n");
  });

  const tempfile::temporary_directory dir;
  as_error_code(dir / "missing");
  as_exception(dir / "missing");

  std::ofstream{dir / "mine.txt"} << "mine\n";
  std::ofstream{dir / "others.txt"} << "another's\n";
  told_to_hook(dir / "mine.txt", dir / "others.txt");
  std::cout << std::boolalpha << "the other file exists: " << fs::exists(dir / "mine.txt") << '\n';
}
