#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "peer.hpp"

namespace {

const creation::addition mkostemp_function{creation::kind::named_file, "glibc mkostemp",
                                           [](const std::string& directory) {
                                             std::string name = directory + "/tmpXXXXXX";
                                             const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
                                             ::unlink(name.c_str());
                                             ::close(descriptor);
                                           }};

const creation::addition mkdtemp_function{creation::kind::directory, "glibc mkdtemp", [](const std::string& directory) {
                                            std::string name = directory + "/tmpXXXXXX";
                                            ::rmdir(::mkdtemp(name.data()));
                                          }};

}  // namespace
