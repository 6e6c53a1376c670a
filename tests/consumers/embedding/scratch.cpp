#include <filesystem>
#include <tempfile/tempfile.hpp>

// What the library of a stranger makes of ours.
bool leaves_nothing_behind() {
  std::filesystem::path path;
  {
    const tempfile::temporary_directory directory;
    path = directory.path();
  }
  return !std::filesystem::exists(path);
}
