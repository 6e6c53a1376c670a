#include "persist/place.hpp"

#include <utility>

#include "names/random_name.hpp"
#include "persist/destination.hpp"
#include "platform/attributes.hpp"
#include "platform/create.hpp"
#include "platform/file.hpp"
#include "platform/rename.hpp"
#include "platform/tree.hpp"

// Who puts something in place works under a private name beside the target, `.<random>.tmp`, or on a file without a
// name. Only there, in the target's own directory, it gets the target's permissions, and at last its name. So nobody
// who could not open the target can ever open what is on its way there: under its old name, which may be in /tmp, it is
// as private as before.

namespace tempfile::inline v0_1::internal {
namespace {

constexpr platform::create_options private_file{fs::perms::owner_read | fs::perms::owner_write, false};

// Gives a file or directory the permissions that are wanted of it, and takes that back unless all else goes well.
class permissions {
 public:
  permissions(native_handle_type handle, const destination& to, const persist_options& options, std::error_code& error)
      : handle_{handle}, before_{platform::permissions(handle, error)}, has_changed_{!error} {
    if (error) return;
    if (options.mode) {
      platform::set_mode(handle, *options.mode, error);
    } else if (options.as_new) {
      apply_those_of_something_new(to, error);
    } else {
      platform::copy_permissions(to.directory.native_handle(), to.name.c_str(), handle, error);
      if (error == std::errc::no_such_file_or_directory) apply_those_of_something_new(to, error);
    }
  }
  permissions(const permissions&) = delete;
  permissions& operator=(const permissions&) = delete;
  ~permissions() {
    std::error_code ignored;  // the first reason stands
    if (has_changed_) platform::restore_permissions(handle_, before_, ignored);
  }
  void keep() noexcept { has_changed_ = false; }

 private:
  void apply_those_of_something_new(const destination& to, std::error_code& error) {
    const fs::path probe = random_path(to.parent, ".", ".tmp", error);
    if (error) return;
    if (platform::identity(handle_, error).type == fs::file_type::directory) {
      platform::apply_default_directory_mode(probe.c_str(), handle_, error);
    } else if (!error) {
      platform::apply_default_mode(to.parent.c_str(), probe.c_str(), handle_, error);
    }
  }

  native_handle_type handle_;
  platform::saved_permissions before_;
  bool has_changed_;
};

void sync_bytes(native_handle_type file, durability wanted, std::error_code& error) {
  if (wanted != durability::none) platform::sync_data(file, error);
}

void sync_all(native_handle_type file, durability wanted, std::error_code& error) {
  if (wanted == durability::full) platform::sync(file, error);
}

// --- staging ---------------------------------------------------------------------------------------------------------

// Calls give(name, error) with private names beside the target until one is not taken. Returns the name, which is there
// before it is given: afterwards nothing may throw.
template <class Give>
fs::path under_private_name(const destination& to, std::error_code& error, Give give) {
  failure failed;
  fs::path name;
  under_unused_name(to.parent, ".", ".tmp", failed, [&](const fs::path& path, std::error_code& taken) {
    name = path.filename();
    give(name, taken);
  });
  error = failed.code;
  return name;
}

// What has a name moves beside the target, and back again unless it is put in place. std::errc::cross_device_link if it
// is on another file system, with nothing changed.
class moved_beside {
 public:
  moved_beside(const fs::path& from, const destination& to, placement& done, std::error_code& error)
      : from_{from}, to_{to}, done_{done} {
    name_ = under_private_name(to, error, [&](const fs::path& name, std::error_code& rename_error) {
      path_ = to.parent / name;
      platform::rename_noreplace({.name = from.c_str()}, to.at(name), rename_error);
    });
    is_moved_ = !error;
  }
  moved_beside(const moved_beside&) = delete;
  moved_beside& operator=(const moved_beside&) = delete;
  ~moved_beside() {
    if (!is_moved_) return;
    std::error_code error;
    platform::rename_noreplace(to_.at(name_), {.name = from_.c_str()}, error);
    if (error) done_.stranded = std::move(path_);
  }

  [[nodiscard]] bool is_moved() const noexcept { return is_moved_; }
  [[nodiscard]] const fs::path& name() const noexcept { return name_; }
  void stay() noexcept { is_moved_ = false; }

 private:
  const fs::path& from_;
  const destination& to_;
  placement& done_;
  fs::path name_;
  fs::path path_;  // of the name, for the report
  bool is_moved_{false};
};

// --- the last steps --------------------------------------------------------------------------------------------------

// Bytes, permissions, name, and the name's directory, in this order; so a power cut at any time leaves the old file or
// the new one. `name` gives the file its name.
template <class Name>
void finish(native_handle_type file, const destination& to, const persist_options& options, bool& placed,
            std::error_code& error, Name name) {
  sync_bytes(file, options.durability, error);
  if (error) return;
  permissions given{file, to, options, error};
  if (!error) sync_all(file, options.durability, error);
  if (!error) name(error);
  if (error) return;
  placed = true;
  given.keep();
}

// From a private name beside the target.
void finish_named(native_handle_type file, const fs::path& beside, const destination& to,
                  const persist_options& options, bool& placed, std::error_code& error) {
  finish(file, to, options, placed, error, [&](std::error_code& rename_error) {
    if (options.overwrite) {
      platform::rename(to.at(beside), to.itself(), rename_error);
      // If both are names of one file, rename(2) leaves both.
      std::error_code ignored;
      if (!rename_error) platform::remove_file_at(to.directory.native_handle(), beside.c_str(), ignored);
    } else {
      platform::rename_noreplace(to.at(beside), to.itself(), rename_error);
    }
  });
  if (placed) sync_all(to.directory.native_handle(), options.durability, error);
}

void link_and_replace(native_handle_type file, const destination& to, std::error_code& error) {
  const native_handle_type directory = to.directory.native_handle();
  const fs::path beside = under_private_name(to, error, [&](const fs::path& name, std::error_code& link_error) {
    platform::link_unnamed(file, directory, name.c_str(), link_error);
  });
  if (error) return;
  platform::rename(to.at(beside), to.itself(), error);
  std::error_code ignored;
  platform::remove_file_at(directory, beside.c_str(), ignored);  // also if both are names of one file
}

void finish_unnamed(native_handle_type file, const destination& to, const persist_options& options, bool& placed,
                    std::error_code& error) {
  const native_handle_type directory = to.directory.native_handle();
  finish(file, to, options, placed, error, [&](std::error_code& link_error) {
    platform::link_unnamed(file, directory, to.name.c_str(), link_error);
    if (link_error == std::errc::file_exists && options.overwrite) link_and_replace(file, to, link_error);
  });
  // btrfs does not log a nameless inode, so that only a sync after the link counts.
  if (placed) sync_all(file, options.durability, error);
  if (placed && !error) sync_all(directory, options.durability, error);
}

// --- a file of its own -----------------------------------------------------------------------------------------------

// Whether a file without a name must be copied to get one: it is on another file system, or the system can give it none
// (/proc is not mounted), or none any more (it was made with a name, which has been removed).
bool needs_a_copy(const std::error_code& error) {
  return error == std::errc::cross_device_link || error == std::errc::no_such_file_or_directory ||
         error == std::errc::operation_not_supported;
}

struct staged_file {
  file_handle file;
  fs::path name;  // empty: it has none
};

staged_file make_beside(const destination& to, bool has_name, std::error_code& error) {
  staged_file made;
  if (!has_name) {
    made.file = platform::create_unnamed_file(to.parent.c_str(), private_file, error);
    if (error != std::errc::operation_not_supported) return made;
  }
  made.name = under_private_name(to, error, [&](const fs::path& name, std::error_code& create_error) {
    file_identity identity;
    made.file = platform::create_file((to.parent / name).c_str(), private_file, identity, create_error);
  });
  return made;
}

// Puts a new file in place that `fill(handle, error)` has written to.
template <class Fill>
void place_new(const destination& to, const persist_options& options, Fill fill, bool& placed, std::error_code& error) {
  for (const bool has_name : {false, true}) {
    const staged_file staged = make_beside(to, has_name, error);
    if (error) return;
    fill(staged.file.native_handle(), error);
    if (staged.name.empty()) {
      if (!error) finish_unnamed(staged.file.native_handle(), to, options, placed, error);
      if (!error || placed || !needs_a_copy(error)) return;
    } else {
      if (!error) finish_named(staged.file.native_handle(), staged.name, to, options, placed, error);
      std::error_code ignored;
      if (!placed) platform::remove_file_at(to.directory.native_handle(), staged.name.c_str(), ignored);
      return;
    }
  }
}

void place_copy(native_handle_type original, const destination& to, const persist_options& options, placement& done,
                std::error_code& error) {
  const auto copy = [&](native_handle_type handle, std::error_code& copy_error) {
    platform::copy_content(original, handle, copy_error);
  };
  place_new(to, options, copy, done.is_placed, error);
  done.is_copy = true;
}

void place_named(const finished_file& file, const destination& to, const persist_options& options, placement& done,
                 std::error_code& error) {
  {
    moved_beside moved{*file.path, to, done, error};
    if (moved.is_moved()) {
      finish_named(file.handle, moved.name(), to, options, done.is_placed, error);
      if (done.is_placed) moved.stay();
      return;
    }
  }
  if (error == std::errc::cross_device_link) place_copy(file.handle, to, options, done, error);
}

// A file on another device is copied without being touched before.
void place_unnamed(native_handle_type file, const destination& to, const persist_options& options, placement& done,
                   std::error_code& error) {
  const file_identity found = platform::identity(file, error);
  const file_identity directory = error ? found : platform::identity(to.directory.native_handle(), error);
  if (error) return;
  if (found.device == directory.device) {
    finish_unnamed(file, to, options, done.is_placed, error);
    if (!error || done.is_placed || !needs_a_copy(error)) return;
  }
  place_copy(file, to, options, done, error);
}

// What every placing ends with.
placement finished(placement&& done, const destination& to, failure& failed) {
  if (failed) {
    failed.path = to.path;
  } else {
    done.target = to.path;
  }
  return std::move(done);
}

}  // namespace

fs::path check_target(const fs::path& target, const persist_options& options, failure& failed) {
  return destination_of(target, placed_kind::file, options, failed).path;
}

placement place_file(const finished_file& file, const fs::path& target, const persist_options& options,
                     failure& failed) {
  const destination to = destination_of(target, placed_kind::file, options, failed);
  placement done;
  if (failed) return done;
  if (file.path == nullptr) {
    place_unnamed(file.handle, to, options, done, failed.code);
  } else {
    place_named(file, to, options, done, failed.code);
  }
  return finished(std::move(done), to, failed);
}

placement place_bytes(std::span<const std::byte> bytes, const fs::path& target, const persist_options& options,
                      failure& failed) {
  const destination to = destination_of(target, placed_kind::file, options, failed);
  placement done;
  if (failed) return done;
  const auto write = [&](native_handle_type handle, std::error_code& error) { platform::write(handle, bytes, error); };
  place_new(to, options, write, done.is_placed, failed.code);
  return finished(std::move(done), to, failed);
}

placement place_special(const fs::path& path, const fs::path& target, const persist_options& options, failure& failed) {
  const destination to = destination_of(target, placed_kind::file, options, failed);
  placement done;
  if (failed) return done;
  if (options.mode || options.as_new) {
    failed = {std::make_error_code(std::errc::operation_not_supported), path, "only files and directories get a mode"};
    return done;
  }
  if (options.overwrite) {
    platform::rename({.name = path.c_str()}, to.itself(), failed.code);
  } else {
    platform::rename_noreplace({.name = path.c_str()}, to.itself(), failed.code);
  }
  if (failed.code == std::errc::cross_device_link) {
    failed = {std::make_error_code(std::errc::operation_not_supported), path, "only files can be copied"};
    return done;
  }
  done.is_placed = !failed;
  if (done.is_placed) sync_all(to.directory.native_handle(), options.durability, failed.code);
  return finished(std::move(done), to, failed);
}

placement place_directory(const fs::path& path, const fs::path& target, const persist_options& options,
                          failure& failed) {
  const destination to = destination_of(target, placed_kind::directory, options, failed);
  placement done;
  if (failed) return done;
  const native_handle_type parent = to.directory.native_handle();
  const file_handle itself = platform::open_directory_nofollow(path.c_str(), failed.code);
  if (failed) {
    failed.path = path;
    return done;
  }
  {
    moved_beside moved{path, to, done, failed.code};
    if (!failed) {
      permissions given{itself.native_handle(), to, options, failed.code};
      if (!failed) platform::rename_noreplace(to.at(moved.name()), to.itself(), failed.code);
      if (failed.code == std::errc::file_exists && options.overwrite) {
        const file_identity standing = platform::identity_at(parent, to.name.c_str(), failed.code);
        if (!failed) platform::exchange(to.at(moved.name()), to.itself(), failed.code);
        if (!failed) done.replaced = {to.parent / moved.name(), standing};
      }
      done.is_placed = !failed;
      if (done.is_placed) {
        moved.stay();
        given.keep();
      }
    }
  }
  if (done.replaced) {  // it is removed where it is in nobody's way
    std::error_code stays_there;
    platform::rename_noreplace({.name = done.replaced->path.c_str()}, {.name = path.c_str()}, stays_there);
    if (!stays_there) done.replaced->path = path;
  }
  if (done.is_placed) sync_all(parent, options.durability, failed.code);
  return finished(std::move(done), to, failed);
}

}  // namespace tempfile::inline v0_1::internal
