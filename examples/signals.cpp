// Ctrl-C, a fault, abort(): a signal that ends the program leaves nothing behind.
#include <tempfile/tempfile.hpp>

#include <csignal>
#include <iostream>

namespace fs = std::filesystem;

volatile std::sig_atomic_t is_interrupted = 0;

int main() {
  std::signal(SIGINT, [](int) { is_interrupted = 1; });

  // From now on. Signals that the program handles are left alone: it may need its files to stop gracefully.
  for (const int signal : tempfile::cleanup_on_signals()) {
    if (signal == SIGINT) std::cout << "SIGINT is handled by the program\n";
  }

  const tempfile::temporary_directory dir;
  std::raise(SIGINT);
  std::cout << (is_interrupted == 1 ? "interrupted" : "not interrupted") << ", and the directory is "
            << (fs::exists(dir) ? "there\n" : "gone\n");

  // Unless you say so: everything is removed before the program's handler is called.
  tempfile::cleanup_on_signals({.signals = {SIGINT}, .over_handlers = true});
  std::raise(SIGINT);
  std::cout << "interrupted again, and the directory is " << (fs::exists(dir) ? "there\n" : "gone\n");
}
