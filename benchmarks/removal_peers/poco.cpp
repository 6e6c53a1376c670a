#include <Poco/File.h>

#include "peer.hpp"

int main(int count, char** arguments) {
  return run_peer(count, arguments, [](const std::filesystem::path& tree) { Poco::File{tree.native()}.remove(true); });
}
