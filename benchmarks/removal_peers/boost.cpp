#include <boost/filesystem.hpp>

#include "peer.hpp"

int main(int count, char** arguments) {
  return run_peer(count, arguments,
                  [](const std::filesystem::path& tree) { boost::filesystem::remove_all(tree.native()); });
}
