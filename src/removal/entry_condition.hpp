// Who may decide whether a directory is emptied.
#pragma once

#include <tempfile/file_handle.hpp>

#include <system_error>

namespace tempfile::inline v0_1::internal {

// Decides about the directory that a removal begins with, once it is open: whether it may be entered, and so emptied.
class entry_condition {
 public:
  virtual ~entry_condition() = default;
  // Sets `error` if it may not.
  virtual void check(native_handle_type parent, native_handle_type directory,
                     std::error_code& error) const noexcept = 0;
};

}  // namespace tempfile::inline v0_1::internal
