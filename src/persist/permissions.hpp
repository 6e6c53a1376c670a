// The permissions of what is put in place.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/persist.hpp>

#include <system_error>

#include "persist/destination.hpp"
#include "platform/attributes.hpp"

namespace tempfile::inline v0_1::internal {

// Gives a file or directory the permissions that it is to have at its destination, and takes that back unless keep() is
// called: a failed persist changes nothing.
class given_permissions {
 public:
  given_permissions(native_handle_type handle, const destination& to, const persist_options& options,
                    std::error_code& error);
  given_permissions(const given_permissions&) = delete;
  given_permissions& operator=(const given_permissions&) = delete;
  ~given_permissions();
  void keep() noexcept { has_changed_ = false; }

 private:
  void apply_defaults(const destination& to, std::error_code& error);

  native_handle_type handle_;
  platform::saved_permissions before_;
  bool has_changed_;
};

}  // namespace tempfile::inline v0_1::internal
