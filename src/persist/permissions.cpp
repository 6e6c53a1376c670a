#include "persist/permissions.hpp"

#include "ownership/create.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {

given_permissions::given_permissions(native_handle_type handle, const destination& to, const persist_options& options,
                                     std::error_code& error)
    : handle_{handle}, before_{platform::permissions(handle, error)}, has_changed_{!error} {
  if (error) return;
  if (options.mode) {
    platform::set_mode(handle, *options.mode, error);
  } else if (options.as_new) {
    apply_defaults(to, error);
  } else {
    platform::copy_permissions(to.directory.native_handle(), to.name.c_str(), handle, error);
    if (error == std::errc::no_such_file_or_directory) apply_defaults(to, error);
  }
}

given_permissions::~given_permissions() {
  std::error_code ignored;  // the first error is the one to report
  if (has_changed_) platform::restore_permissions(handle_, before_, ignored);
}

// The platform finds them by creating something at a name of ours, which is gone again when it returns.
void given_permissions::apply_defaults(const destination& to, std::error_code& error) {
  const fs::file_type type = platform::identity(handle_, error).type;
  if (error) return;
  owned_path probe;
  failure failed;
  create_owned({to.parent, ".", ".tmp", type, fs::perms::none}, probe, failed,
               [&](const fs::path& path, std::error_code& probe_error) {
                 if (type == fs::file_type::directory) {
                   platform::apply_default_directory_mode(path.c_str(), handle_, probe_error);
                 } else {
                   platform::apply_default_mode(to.parent.c_str(), path.c_str(), handle_, probe_error);
                 }
               });
  probe.release();
  error = failed.code;
}

}  // namespace tempfile::inline v0_1::internal
