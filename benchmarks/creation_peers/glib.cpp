#include <glib.h>
#include <glib/gstdio.h>

#include "peer.hpp"

namespace {

const creation::addition file{creation::kind::named_file, "GLib g_mkstemp", [](const std::string& directory) {
                                std::string name = directory + "/tmpXXXXXX";
                                const int descriptor = g_mkstemp(name.data());
                                g_unlink(name.c_str());
                                g_close(descriptor, nullptr);
                              }};

const creation::addition made_directory{creation::kind::directory, "GLib g_mkdtemp", [](const std::string& directory) {
                                          std::string name = directory + "/tmpXXXXXX";
                                          g_rmdir(g_mkdtemp(name.data()));
                                        }};

}  // namespace
