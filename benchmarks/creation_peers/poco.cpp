#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include "peer.hpp"

namespace {

const creation::addition file{
    creation::kind::named_file, "Poco TemporaryFile, FileStream", [](const std::string& directory) {
      const Poco::TemporaryFile name{directory};
      const Poco::FileStream opened{name.path(), std::ios::in | std::ios::out | std::ios::trunc};
    }};

const creation::addition made_directory{
    creation::kind::directory, "Poco TemporaryFile",
    [](const std::string& directory) { Poco::TemporaryFile{directory}.createDirectory(); }};

}  // namespace
