#include "base/failure.hpp"

namespace tempfile::inline v0_1::internal {

void throw_failure(const char* what, const failure& failed) {
  std::string text = std::string{"tempfile: "} + what;
  if (!failed.detail.empty()) text += " (" + failed.detail + ")";
  if (failed.path.empty()) throw fs::filesystem_error{text, failed.code};
  throw fs::filesystem_error{text, failed.path, failed.code};
}

}  // namespace tempfile::inline v0_1::internal
