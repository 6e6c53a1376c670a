#include <QTemporaryDir>
#include <QTemporaryFile>

#include "peer.hpp"

namespace {

QString pattern(const std::string& directory) { return QString::fromStdString(directory + "/tmpXXXXXX"); }

const creation::addition file{creation::kind::named_file, "Qt QTemporaryFile", [](const std::string& directory) {
                                QTemporaryFile made{pattern(directory)};
                                made.open();
                                made.fileName();  // gives it its name; before, it has none
                              }};

const creation::addition made_directory{creation::kind::directory, "Qt QTemporaryDir",
                                        [](const std::string& directory) { QTemporaryDir made{pattern(directory)}; }};

}  // namespace
