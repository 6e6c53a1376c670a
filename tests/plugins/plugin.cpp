// A plugin that embeds the library, and shows two functions of its own.
#include <memory>
#include <tempfile/tempfile.hpp>

extern "C" {
[[gnu::visibility("default")]] void* plugin_make(const char* directory) {
  return std::make_unique<tempfile::temporary_directory>(tempfile::temporary_directory_options{.dir = directory})
      .release();
}
[[gnu::visibility("default")]] void plugin_destroy(void* made) {
  delete static_cast<tempfile::temporary_directory*>(made);
}
}
