// What creating is compared with. Each library that is installed has a file here, which adds what it can make.
#pragma once

#include <string>
#include <vector>

namespace creation {

enum class kind { unnamed_file, named_file, directory };

// Makes one in a directory, and removes it.
using make = void (*)(const std::string& directory);

struct peer {
  kind what;
  const char* name;
  make once;
};

inline std::vector<peer>& peers() {
  static std::vector<peer> all;
  return all;
}

struct addition {
  addition(kind what, const char* name, make once) { peers().push_back({what, name, once}); }
};

}  // namespace creation
