#include "platform/posix/probe.hpp"

namespace tempfile::inline v0_1::platform {

file_handle make_probe(native_path, native_path probe, std::error_code& error) noexcept {
  return make_named_probe(probe, error);
}

}  // namespace tempfile::inline v0_1::platform
