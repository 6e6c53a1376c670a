#include "platform/attributes.hpp"

#include "platform/posix/shared.hpp"

namespace tempfile::inline v0_1::platform {

std::optional<attribute_value> read_access_list(int, access_list, std::error_code& error) {
  error.clear();
  return std::nullopt;
}

void write_access_list(int, access_list, const std::optional<attribute_value>&, std::error_code& error) {
  error.clear();
}

mode_t granted_to_all(const attribute_value&) noexcept { return 0; }

std::vector<user_attribute> read_user_attributes(int) { return {}; }
void write_user_attributes(int, const std::vector<user_attribute>&) {}
void replace_user_attributes(int, const std::vector<user_attribute>&) {}

file_handle open_for_attributes(int, const char*, std::error_code& error) noexcept {
  error = std::make_error_code(std::errc::permission_denied);
  return {};
}

file_handle create_umask_probe(native_path, native_path probe, std::error_code& error) noexcept {
  return create_named_umask_probe(probe, error);
}

}  // namespace tempfile::inline v0_1::platform
