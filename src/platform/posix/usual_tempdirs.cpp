#include "platform/system.hpp"

namespace tempfile::platform {

std::vector<std::filesystem::path> usual_tempdirs() { return {"/tmp", "/var/tmp", "/usr/tmp"}; }

}  // namespace tempfile::platform
