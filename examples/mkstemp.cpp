// Manual control: mkstemp() gives an open file and its path, and the caller removes it.
#include <tempfile/tempfile.hpp>

#include <iostream>
#include <span>
#include <string>

namespace fs = std::filesystem;

std::string read_back(tempfile::file_handle& file) {
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.seek(0);
  file.read(std::span<char>{text});
  return text;
}

// What Python writes as try and finally.
void remove_by_hand() {
  auto [file, path] = tempfile::mkstemp({.suffix = ".txt"});
  try {
    file.write("by hand");
    std::cout << "read back: " << read_back(file) << '\n';
  } catch (...) {
    fs::remove(path);
    throw;
  }
  fs::remove(path);
  std::cout << "exists afterwards: " << fs::exists(path) << '\n';
}

// What C++ writes instead: an owner removes it at the end of the block, whichever way that is left.
void remove_by_owner() {
  fs::path remembered;
  {
    auto [file, path] = tempfile::mkstemp({.suffix = ".txt"});
    const tempfile::temporary_path owner{path};
    remembered = path;
    file.write("by an owner");
    std::cout << "read back: " << read_back(file) << '\n';
  }
  std::cout << "exists afterwards: " << fs::exists(remembered) << '\n';
}

// What Python writes as os.fdopen(): a stream that takes the handle over.
void use_as_stream() {
  auto [file, path] = tempfile::mkstemp();
  const tempfile::temporary_path owner{path};
  tempfile::file_stream stream{std::move(file)};
  stream << 6 * 7;
  stream.seek(0);
  int answer = 0;
  stream >> answer;
  std::cout << "as a stream: " << answer << '\n';
}

int main() {
  std::cout << std::boolalpha;
  remove_by_hand();
  remove_by_owner();
  use_as_stream();
}
