// A directory that outlives the block that makes it: mkdtemp() does not clean up, whoever is done with it does.
#include <tempfile/tempfile.hpp>

#include <fstream>
#include <iostream>

namespace fs = std::filesystem;

fs::path prepare_workspace() {
  fs::path workspace = tempfile::mkdtemp({.prefix = "workspace-"});
  std::ofstream{workspace / "input.txt"} << "ready\n";
  return workspace;
}

int main() {
  std::cout << std::boolalpha;
  const fs::path workspace = prepare_workspace();
  std::cout << "still there: " << fs::exists(workspace / "input.txt") << '\n';

  std::cout << "entries removed: " << tempfile::remove_tree(workspace) << '\n';
  std::cout << "exists afterwards: " << fs::exists(workspace) << '\n';
}
