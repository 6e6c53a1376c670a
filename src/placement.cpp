#include "placement.hpp"

#include <utility>

#include "naming.hpp"
#include "paths.hpp"
#include "platform/system.hpp"

namespace tempfile::internal {
namespace {

constexpr platform::creation private_file{fs::perms::owner_read | fs::perms::owner_write, false};

// The target: a name in an open directory.
struct destination {
  fs::path path;
  fs::path parent;
  fs::path name;
  file_handle directory;
};

bool is_name(const fs::path& path) { return !path.empty() && path != "." && path != ".."; }

destination destination_of(const fs::path& target, failure& failed) {
  destination found;
  if (holds_nul(target) || !is_name(target.filename())) {
    failed = {std::make_error_code(std::errc::invalid_argument), target, "the target is no name for a file"};
    return found;
  }
  found.path = absolute(target, failed);
  if (failed) return found;
  found.parent = found.path.parent_path();
  found.name = found.path.filename();
  found.directory = platform::open_readable_directory(found.parent.c_str(), failed.code);
  if (failed.code == std::errc::permission_denied) {  // it may be writable all the same
    found.directory = platform::open_directory(found.parent.c_str(), failed.code);
  }
  if (failed) failed.path = found.parent;
  return found;
}

// Gives a file or directory the permissions that are wanted of it, and takes that back unless all else goes well.
class permissions {
 public:
  permissions(native_handle_type handle, const destination& to, const persist_options& wanted, std::error_code& error)
      : handle_{handle}, before_{platform::attributes(handle, error)} {
    if (error) return;
    if (wanted.mode) {
      platform::set_mode(handle, *wanted.mode, error);
    } else {
      platform::copy_attributes(to.directory.native_handle(), to.name.c_str(), handle, error);
      if (error == std::errc::no_such_file_or_directory) take_those_of_something_new(to, error);
    }
  }
  permissions(const permissions&) = delete;
  permissions& operator=(const permissions&) = delete;
  ~permissions() {
    std::error_code ignored;  // the first reason stands
    if (!is_kept_) platform::set_attributes(handle_, before_, ignored);
  }
  void keep() noexcept { is_kept_ = true; }

 private:
  void take_those_of_something_new(const destination& to, std::error_code& error) {
    const fs::path probe = random_path(to.parent, ".", ".tmp", error);
    if (error) return;
    if (platform::identity(handle_, error).type == fs::file_type::directory) {
      platform::take_attributes_of_new_directory(probe.c_str(), handle_, error);
    } else if (!error) {
      platform::take_attributes_of_new_file(to.parent.c_str(), probe.c_str(), handle_, error);
    }
  }

  native_handle_type handle_;
  platform::file_attributes before_;
  bool is_kept_{false};
};

void sync_as_wanted(native_handle_type file, durability wanted, std::error_code& error) {
  if (wanted == durability::data) platform::sync_data(file, error);
  if (wanted == durability::full) platform::sync(file, error);
}

// --- giving it the name ----------------------------------------------------------------------------------------------

// Under a temporary name beside the target, and from there on the target.
void replace_by_unnamed(native_handle_type file, const destination& to, std::error_code& error) {
  const native_handle_type directory = to.directory.native_handle();
  failure failed;
  const fs::path beside =
      under_unused_name(to.parent, ".", ".tmp", failed, [&](const fs::path& path, std::error_code& link_error) {
        platform::link_unnamed(file, directory, path.filename().c_str(), link_error);
      }).filename();
  error = failed.code;
  if (error) return;
  platform::rename_at(directory, beside.c_str(), to.name.c_str(), error);
  std::error_code ignored;
  if (error) platform::remove_file_at(directory, beside.c_str(), ignored);
}

void name(const finished_file& file, const destination& to, bool overwrite, std::error_code& error) {
  const native_handle_type directory = to.directory.native_handle();
  if (file.path == nullptr) {
    platform::link_unnamed(file.handle, directory, to.name.c_str(), error);
    if (error == std::errc::file_exists && overwrite) replace_by_unnamed(file.handle, to, error);
  } else if (overwrite) {
    platform::rename_into(file.path->c_str(), directory, to.name.c_str(), error);
  } else {
    platform::rename_into_new(file.path->c_str(), directory, to.name.c_str(), error);
  }
}

// Permissions, bytes, name, and the name's directory, in this order; so a power cut at any time leaves the old file or
// the new one.
void place(const finished_file& file, const destination& to, const persist_options& wanted, bool& placed,
           std::error_code& error) {
  permissions given{file.handle, to, wanted, error};
  if (!error) sync_as_wanted(file.handle, wanted.durability, error);
  if (!error) name(file, to, wanted.overwrite, error);
  if (error) return;
  placed = true;
  given.keep();
  if (wanted.durability != durability::full) return;
  // btrfs does not log a nameless inode, so that only a sync after the link counts.
  if (file.path == nullptr) platform::sync(file.handle, error);
  if (!error) platform::sync(to.directory.native_handle(), error);
}

// --- a file of its own -----------------------------------------------------------------------------------------------

// Whether the file must be copied to get its name: it is on another file system, or it has no name, and the system can
// give it none (/proc is not mounted), or none any more (it was made with a name, which has been removed).
bool needs_a_copy(const finished_file& file, const std::error_code& error) {
  if (error == std::errc::cross_device_link) return true;
  return file.path == nullptr &&
         (error == std::errc::no_such_file_or_directory || error == std::errc::operation_not_supported);
}

struct staged_file {
  file_handle file;
  fs::path path;  // empty: it has no name
};

staged_file make_beside(const destination& to, bool has_name, failure& failed) {
  staged_file made;
  if (!has_name) made.file = platform::create_unnamed_file(to.parent.c_str(), private_file, failed.code);
  if (has_name || failed.code == std::errc::operation_not_supported) {
    failed = {};
    made.path = under_unused_name(to.parent, ".", ".tmp", failed, [&](const fs::path& path, std::error_code& error) {
      file_identity identity;
      made.file = platform::create_file(path.c_str(), private_file, identity, error);
    });
  }
  return made;
}

// Puts a new file in place that `fill(handle, error)` has written to.
template <class Fill>
void place_new(const destination& to, const persist_options& wanted, Fill fill, bool& placed, failure& failed) {
  for (const bool has_name : {false, true}) {
    failed = {};
    const staged_file staged = make_beside(to, has_name, failed);
    if (failed) return;
    const finished_file finished{staged.file.native_handle(), staged.path.empty() ? nullptr : &staged.path};
    fill(staged.file.native_handle(), failed.code);
    if (!failed) place(finished, to, wanted, placed, failed.code);
    std::error_code ignored;
    if (!placed && finished.path != nullptr) platform::remove_file(finished.path->c_str(), ignored);
    if (!failed || placed || !needs_a_copy(finished, failed.code)) return;
  }
}

}  // namespace

fs::path check_target(const fs::path& target, const persist_options&, failure& failed) {
  return destination_of(target, failed).path;
}

placement place_file(const finished_file& file, const fs::path& target, const persist_options& wanted,
                     failure& failed) {
  const destination to = destination_of(target, failed);
  if (failed) return {};
  placement done;
  done.target = to.path;
  place(file, to, wanted, done.is_placed, failed.code);
  if (failed && !done.is_placed && needs_a_copy(file, failed.code)) {
    const auto copy = [&](native_handle_type handle, std::error_code& error) {
      platform::copy_content(file.handle, handle, error);
    };
    place_new(to, wanted, copy, done.is_placed, failed);
    done.is_copy = true;
  }
  if (failed) failed.path = to.path;
  return done;
}

placement place_bytes(std::span<const std::byte> bytes, const fs::path& target, const persist_options& wanted,
                      failure& failed) {
  const destination to = destination_of(target, failed);
  if (failed) return {};
  placement done;
  done.target = to.path;
  const auto write = [&](native_handle_type handle, std::error_code& error) { platform::write(handle, bytes, error); };
  place_new(to, wanted, write, done.is_placed, failed);
  if (failed) failed.path = to.path;
  return done;
}

placement place_directory(const fs::path& path, const fs::path& target, const persist_options& wanted,
                          failure& failed) {
  const destination to = destination_of(target, failed);
  if (failed) return {};
  placement done;
  done.target = to.path;
  const native_handle_type directory = to.directory.native_handle();
  const file_handle itself = platform::open_directory_itself(path.c_str(), failed.code);
  failed.path = failed ? path : to.path;
  if (failed) return done;
  permissions given{itself.native_handle(), to, wanted, failed.code};
  if (!failed) platform::rename_into_new(path.c_str(), directory, to.name.c_str(), failed.code);
  if (failed.code == std::errc::file_exists && wanted.overwrite) {
    const file_identity standing = platform::identity_at(directory, to.name.c_str(), failed.code);
    if (!failed) platform::exchange(path.c_str(), directory, to.name.c_str(), failed.code);
    if (!failed) done.replaced = standing;
  }
  done.is_placed = !failed;
  if (!done.is_placed) return done;
  given.keep();
  if (wanted.durability == durability::full) platform::sync(directory, failed.code);
  return done;
}

}  // namespace tempfile::internal
