#include "platform/system.hpp"

namespace tempfile::inline v0_1::platform {

std::vector<std::filesystem::path> usual_tempdirs() { return {"/tmp", "/var/tmp", "/usr/tmp"}; }

}  // namespace tempfile::inline v0_1::platform
