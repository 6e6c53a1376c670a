#include "persist/place.hpp"

#include <utility>

#include "ownership/create.hpp"
#include "persist/destination.hpp"
#include "persist/permissions.hpp"
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

void sync_bytes(native_handle_type file, durability durability, std::error_code& error) {
  if (durability != durability::none) platform::sync_data(file, error);
}

void sync_all(native_handle_type file, durability durability, std::error_code& error) {
  if (durability == durability::full) platform::sync(file, error);
}

// --- staging ---------------------------------------------------------------------------------------------------------

// A private name beside the target, owned while something has it.
struct staged_name {
  owned_path owner;
  fs::path leaf;  // its last component, for calls that are relative to the target's directory
};

// Calls give(leaf, error) with private names until one is not taken. The leaf is there before the name is given:
// afterwards nothing may throw.
template <class Give>
staged_name under_private_name(const destination& to, fs::file_type type, bool keeps, std::error_code& error,
                               Give give) {
  failure failed;
  staged_name staged;
  create_owned({to.parent, ".", ".tmp", type, fs::perms::none, keeps}, staged.owner, failed,
               [&](const fs::path& path, std::error_code& give_error) {
                 staged.leaf = path.filename();
                 give(staged.leaf, give_error);
               });
  error = failed.code;
  return staged;
}

// Removes it from beside the target, even if TEMPFILE_KEEP is set: a failed persist leaves nothing there.
void remove_staged(staged_name& staged, const destination& to) noexcept {
  std::error_code ignored;
  platform::remove_file_at(to.directory.native_handle(), staged.leaf.c_str(), ignored);
  staged.owner.release();
}

// What has a name moves beside the target, and back again unless it is put in place. std::errc::cross_device_link if it
// is on another file system, with nothing changed.
class moved_beside {
 public:
  moved_beside(const finished& what, fs::file_type type, const destination& to, placement& done, std::error_code& error)
      : from_{*what.path}, to_{to}, done_{done} {
    staged_ = under_private_name(to, type, what.keeps, error, [&](const fs::path& leaf, std::error_code& rename_error) {
      platform::rename_noreplace({.name = from_.c_str()}, to.at(leaf), rename_error);
    });
    is_moved_ = !error;
  }
  moved_beside(const moved_beside&) = delete;
  moved_beside& operator=(const moved_beside&) = delete;
  ~moved_beside() {
    if (!is_moved_) return;
    std::error_code error;
    platform::rename_noreplace(to_.at(staged_.leaf), {.name = from_.c_str()}, error);
    if (error) done_.stranded = std::move(staged_.owner);
    staged_.owner.release();
  }

  [[nodiscard]] bool is_moved() const noexcept { return is_moved_; }
  [[nodiscard]] const fs::path& leaf() const noexcept { return staged_.leaf; }
  // It has been put in place.
  void stay() noexcept {
    is_moved_ = false;
    staged_.owner.release();
  }
  // It has been put in place, and what was there has its private name now.
  owned_path stay_exchanged() noexcept {
    is_moved_ = false;
    return std::move(staged_.owner);
  }

 private:
  const fs::path& from_;
  const destination& to_;
  placement& done_;
  staged_name staged_;
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
  given_permissions given{file, to, options, error};
  if (!error) sync_all(file, options.durability, error);
  if (!error) name(error);
  if (error) return;
  placed = true;
  given.keep();
}

// From a private name beside the target: rename(2) replaces atomically, and does nothing if both are names of one file.
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

// link(2) does not replace, so the file gets a private name first, and then takes the target's by rename(2).
void link_and_replace(native_handle_type file, const destination& to, std::error_code& error) {
  const native_handle_type directory = to.directory.native_handle();
  staged_name beside = under_private_name(to, fs::file_type::regular, false, error,
                                          [&](const fs::path& leaf, std::error_code& link_error) {
                                            platform::link_unnamed(file, directory, leaf.c_str(), link_error);
                                          });
  if (error) return;
  platform::rename(to.at(beside.leaf), to.itself(), error);
  remove_staged(beside, to);  // also if both are names of one file
}

// A file without a name is linked into place; where something is there that may be replaced, by way of a private name.
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
  staged_name name;  // owns nothing: the file has none

  [[nodiscard]] bool has_name() const noexcept { return name.owner.is_owned(); }
};

staged_file create_beside(const destination& to, bool has_name, std::error_code& error) {
  staged_file created;
  if (!has_name) {
    created.file = platform::create_unnamed_file(to.parent.c_str(), {}, error);
    if (error != std::errc::operation_not_supported) return created;
  }
  created.name = under_private_name(
      to, fs::file_type::regular, false, error, [&](const fs::path& leaf, std::error_code& create_error) {
        created.file = platform::create_file((to.parent / leaf).c_str(), {}, create_error);
      });
  return created;
}

// Puts a new file in place that `fill(handle, error)` has written to: one without a name, and where such a one can't be
// given a name, one that has a private name from the beginning.
template <class Fill>
void place_new(const destination& to, const persist_options& options, Fill fill, bool& placed, std::error_code& error) {
  for (const bool has_name : {false, true}) {
    staged_file staged = create_beside(to, has_name, error);
    if (error) return;
    const native_handle_type file = staged.file.native_handle();
    fill(file, error);
    if (!staged.has_name()) {
      if (!error) finish_unnamed(file, to, options, placed, error);
      if (!error || placed || !needs_a_copy(error)) return;
    } else {
      if (!error) finish_named(file, staged.name.leaf, to, options, placed, error);
      if (placed) {
        staged.name.owner.release();
      } else {
        remove_staged(staged.name, to);
      }
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

void place_named(const finished& file, const destination& to, const persist_options& options, placement& done,
                 std::error_code& error) {
  {
    moved_beside moved{file, fs::file_type::regular, to, done, error};
    if (moved.is_moved()) {
      finish_named(file.handle, moved.leaf(), to, options, done.is_placed, error);
      if (done.is_placed) moved.stay();
      return;
    }
  }
  if (error == std::errc::cross_device_link) place_copy(file.handle, to, options, done, error);
}

// A file on another device is copied without being touched before.
void place_unnamed(native_handle_type file, const destination& to, const persist_options& options, placement& done,
                   std::error_code& error) {
  const platform::file_identity found = platform::identity(file, error);
  const platform::file_identity directory = error ? found : platform::identity(to.directory.native_handle(), error);
  if (error) return;
  if (found.device == directory.device) {
    finish_unnamed(file, to, options, done.is_placed, error);
    if (!error || done.is_placed || !needs_a_copy(error)) return;
  }
  place_copy(file, to, options, done, error);
}

// What every placing ends with.
placement settled(placement&& done, const destination& to, failure& failed) {
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

placement place_file(const finished& file, const fs::path& target, const persist_options& options, failure& failed) {
  const destination to = destination_of(target, placed_kind::file, options, failed);
  placement done;
  if (failed) return done;
  if (file.path == nullptr) {
    place_unnamed(file.handle, to, options, done, failed.code);
  } else {
    place_named(file, to, options, done, failed.code);
  }
  return settled(std::move(done), to, failed);
}

placement place_bytes(std::span<const std::byte> bytes, const fs::path& target, const persist_options& options,
                      failure& failed) {
  const destination to = destination_of(target, placed_kind::file, options, failed);
  placement done;
  if (failed) return done;
  const auto write = [&](native_handle_type handle, std::error_code& error) { platform::write(handle, bytes, error); };
  place_new(to, options, write, done.is_placed, failed.code);
  return settled(std::move(done), to, failed);
}

placement place_special(const fs::path& path, const fs::path& target, const persist_options& options, failure& failed) {
  const destination to = destination_of(target, placed_kind::file, options, failed);
  placement done;
  if (failed) return done;
  if (options.mode || options.as_new) {
    failed = {std::make_error_code(std::errc::operation_not_supported), path,
              "only files and directories have a mode to set"};
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
  return settled(std::move(done), to, failed);
}

// A directory moves beside the target, gets its permissions there, and then the name: by a rename that replaces
// nothing, or, where a directory is there already, by exchanging both (RENAME_EXCHANGE, Linux 3.15), for rename(2)
// replaces only empty ones. What was replaced ends up at the old path, where it is removed.
placement place_directory(const finished& directory, const fs::path& target, const persist_options& options,
                          failure& failed) {
  const fs::path& path = *directory.path;
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
    moved_beside moved{directory, fs::file_type::directory, to, done, failed.code};
    if (!failed) {
      given_permissions given{itself.native_handle(), to, options, failed.code};
      if (!failed) platform::rename_noreplace(to.at(moved.leaf()), to.itself(), failed.code);
      if (failed.code == std::errc::file_exists && options.overwrite) {
        const platform::lasting_identity standing = platform::lasting_identity_at(parent, to.name.c_str(), failed.code);
        if (!failed) platform::exchange(to.at(moved.leaf()), to.itself(), failed.code);
        if (!failed) done.replaced = {moved.stay_exchanged(), standing};
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
    platform::rename_noreplace({.name = done.replaced->beside.path().c_str()}, {.name = path.c_str()}, stays_there);
    done.replaced->is_beside = bool{stays_there};
  }
  if (done.is_placed) sync_all(parent, options.durability, failed.code);
  return settled(std::move(done), to, failed);
}

}  // namespace tempfile::inline v0_1::internal
