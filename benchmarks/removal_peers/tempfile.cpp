#include <tempfile/tempfile.hpp>

#include "peer.hpp"

int main(int count, char** arguments) {
  return run_peer(count, arguments, [](const std::filesystem::path& tree) { tempfile::remove_tree(tree); });
}
