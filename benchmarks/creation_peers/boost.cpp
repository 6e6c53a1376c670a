#include <boost/filesystem.hpp>
#include <boost/filesystem/fstream.hpp>

#include "peer.hpp"

namespace {

namespace fs = boost::filesystem;

const creation::addition file{creation::kind::named_file, "Boost unique_path, fstream",
                              [](const std::string& directory) {
                                const fs::path name = fs::path{directory} / fs::unique_path("tmp%%%%%%%%%%%%");
                                { const fs::fstream opened{name, std::ios::in | std::ios::out | std::ios::trunc}; }
                                fs::remove(name);
                              }};

const creation::addition made_directory{
    creation::kind::directory, "Boost unique_path", [](const std::string& directory) {
      const fs::path name = fs::path{directory} / fs::unique_path("tmp%%%%%%%%%%%%");
      fs::create_directory(name);
      fs::remove_all(name);
    }};

}  // namespace
