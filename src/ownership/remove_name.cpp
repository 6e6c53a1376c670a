#include "ownership/remove_name.hpp"

#include <tempfile/error.hpp>

namespace tempfile::inline v0_1::internal {

void same_directory::check(native_handle_type, native_handle_type directory, std::error_code& error) const noexcept {
  const platform::lasting_identity found = platform::lasting_identity_of(directory, error);
  if (!error && found != adopted_) error = errc::replaced;
}

void own_directory::check(native_handle_type parent, native_handle_type directory,
                          std::error_code& error) const noexcept {
  platform::check_not_planted(parent, directory, created_, error);
}

bool remove_by_one_call(platform::native_path path, slot_word word) noexcept {
  if (word.is_adopted()) return false;
  std::error_code error;
  if (word.type() == fs::file_type::directory) {
    platform::remove_directory(path, error);
    return !error || error == std::errc::no_such_file_or_directory;
  }
  platform::remove_file(path, error);
  return !error || has_vanished(error);
}

bool find_adopted(platform::native_path path, const platform::lasting_identity& adopted,
                  std::error_code& error) noexcept {
  const platform::lasting_identity found = platform::lasting_identity_of(path, error);
  if (has_vanished(error)) {
    error.clear();
    return false;
  }
  if (!error && found != adopted) error = errc::replaced;
  return true;
}

}  // namespace tempfile::inline v0_1::internal
