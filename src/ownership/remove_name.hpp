// Removing what has a name that is owned.
#pragma once

#include <system_error>

#include "ownership/name_table.hpp"
#include "platform/tree.hpp"
#include "removal/entry_condition.hpp"

namespace tempfile::inline v0_1::internal {

// Of an adopted directory: it must be the one that was adopted.
class same_directory final : public entry_condition {
 public:
  explicit same_directory(const platform::lasting_identity& adopted) noexcept : adopted_{adopted} {}
  void check(native_handle_type parent, native_handle_type directory, std::error_code& error) const noexcept override;

 private:
  const platform::lasting_identity& adopted_;
};

// Of a directory that was created: it must not be one that another user may have planted.
class own_directory final : public entry_condition {
 public:
  explicit own_directory(const name_description& name) noexcept : created_{name.recorded, name.granted} {}
  void check(native_handle_type parent, native_handle_type directory, std::error_code& error) const noexcept override;

 private:
  platform::created_directory created_;
};

inline bool has_vanished(const std::error_code& error) noexcept {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

// By one call, without a look: what has a created name now is ours. False if that was not all, or the name was adopted.
bool remove_by_one_call(platform::native_path path, slot_word word) noexcept;

// Whether an adopted name is still that of the file which was adopted: errc::replaced if not. False if it is gone.
bool find_adopted(platform::native_path path, const platform::lasting_identity& adopted,
                  std::error_code& error) noexcept;

// Removes what has the name, where one call was not enough. A directory that is not empty is removed by
// remove_tree(condition, error), which must enter it only under that condition. No error if it is gone.
template <class RemoveTree>
void remove_name(platform::native_path path, const name_description& name, std::error_code& error,
                 RemoveTree remove_tree) {
  error.clear();
  if (!name.adopted) {
    remove_tree(own_directory{name}, error);
    return;
  }
  if (!find_adopted(path, *name.adopted, error) || error) return;
  if (name.type == fs::file_type::directory) {
    remove_tree(same_directory{*name.adopted}, error);
  } else {
    platform::remove_file(path, error);
    if (has_vanished(error)) error.clear();
  }
}

}  // namespace tempfile::inline v0_1::internal
