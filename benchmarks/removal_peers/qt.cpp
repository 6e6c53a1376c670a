#include <QDir>

#include "peer.hpp"

int main(int count, char** arguments) {
  return run_peer(count, arguments, [](const std::filesystem::path& tree) {
    QDir{QString::fromStdString(tree.native())}.removeRecursively();
  });
}
