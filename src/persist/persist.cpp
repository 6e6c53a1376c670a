#include "persist/persist.hpp"

#include <tempfile/error.hpp>

#include <utility>

#include "ownership/cleanup_hook.hpp"
#include "persist/place.hpp"
#include "platform/file.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Whether this process owns the name, and an adopted one still refers to what was adopted.
void check_name(const owned_path& name, failure& failed) {
  if (!name.is_owned()) {
    failed = {std::make_error_code(std::errc::invalid_argument), name.path(), "name is not owned"};
  } else if (!name.is_this_process()) {
    failed = {errc::not_owner, name.path(), {}};
  } else if (name.is_replaced(failed.code)) {
    failed = {errc::replaced, name.path(), {}};
  }
  if (failed) failed.path = name.path();
}

// Whether the name refers to the file that is open: its bytes are what is persisted.
void check_name_of(native_handle_type file, const owned_path& name, failure& failed) {
  check_name(name, failed);
  if (failed) return;
  const platform::file_identity open_file = platform::identity(file, failed.code);
  if (!failed && platform::identity(name.path().c_str(), failed.code) != open_file && !failed) {
    failed = {errc::replaced, {}, "to persist the file that has the name now: into_path(), then persist()"};
  }
  if (failed) failed.path = name.path();
}

void check_stream(const std::ios& stream, filebuf& buffer, failure& failed) {
  if (!buffer.is_open()) {
    failed = {std::make_error_code(std::errc::bad_file_descriptor), {}, "file is closed"};
  } else if (buffer.write_error()) {
    failed = {buffer.write_error(), {}, "bytes were lost"};
  } else if (stream.bad()) {
    const std::error_code reason = buffer.last_error();
    failed = {reason ? reason : std::make_error_code(std::io_errc::stream), {}, "stream is bad"};
  } else if (stream.fail() && !stream.eof()) {
    failed = {std::make_error_code(std::io_errc::stream), {}, "stream has failed"};
  } else if (!buffer.flush()) {
    failed.code = buffer.last_error();
  }
}

// What was owned is in its place, and what is left of it or of what it replaced is removed; or it is not, and still
// owned wherever it is.
void settle_ownership(owned_path& name, placement& done) {
  if (done.stranded.is_owned()) {
    name.release();
    name = std::move(done.stranded);
  }
  if (!done.is_placed) return;
  if (done.replaced) {
    std::error_code error;
    owned_path& replaced = done.replaced->is_beside ? done.replaced->beside : name;
    replaced.adopt_instead(done.replaced->identity, error);
    if (error) {
      replaced.release();
      report_cleanup_error(replaced.path(), error);
    }
    if (done.replaced->is_beside) {
      name.release();
      name = std::move(replaced);
    } else {
      done.replaced->beside.release();
    }
  } else if (!done.is_copy) {
    name.release();
  }
  name.dispose(true);
}

// Opens what is to be persisted, to sync it and to set its permissions; to read it as well, if that is allowed.
file_handle open_finished(const fs::path& path, failure& failed) {
  file_handle file = platform::open_nofollow(path.c_str(), platform::access::read, failed.code);
  if (failed.code == std::errc::permission_denied)
    file = platform::open_nofollow(path.c_str(), platform::access::write, failed.code);
  if (failed) failed.path = path;
  return file;
}

}  // namespace

fs::path persist_stream(const std::ios& stream, filebuf& buffer, owned_path* name, const fs::path& target,
                        const persist_options& options, failure& failed) {
  check_stream(stream, buffer, failed);
  if (failed) {
    failed.path = target;
  } else if (name != nullptr) {
    check_name_of(buffer.native_handle(), *name, failed);
  }
  if (failed) return {};
  const finished file{buffer.native_handle(), name == nullptr ? nullptr : &name->path(),
                      name != nullptr && name->is_kept()};
  placement done = buffer.is_in_memory() ? place_bytes(buffer.bytes_in_memory(), target, options, failed)
                                         : place_file(file, target, options, failed);
  if (name != nullptr) settle_ownership(*name, done);
  if (!done.is_placed) return {};
  std::error_code ignored;  // all bytes are written, and synced if that was asked for
  buffer.abandon(ignored);
  return done.target;
}

fs::path persist_path(owned_path& name, const fs::path& target, const persist_options& options, failure& failed) {
  check_name(name, failed);
  const fs::file_type type = failed ? fs::file_type::none : platform::identity(name.path().c_str(), failed.code).type;
  if (failed) {
    failed.path = name.path();
    return {};
  }
  placement done;
  if (type == fs::file_type::directory) {
    done = place_directory({.path = &name.path(), .keeps = name.is_kept()}, target, options, failed);
  } else if (type == fs::file_type::regular) {
    const file_handle file = open_finished(name.path(), failed);
    if (!failed) done = place_file({file.native_handle(), &name.path(), name.is_kept()}, target, options, failed);
  } else {
    done = place_special(name.path(), target, options, failed);
  }
  settle_ownership(name, done);
  return done.target;
}

}  // namespace tempfile::inline v0_1::internal
