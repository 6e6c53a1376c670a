#include "persist/persist_owned.hpp"

#include <tempfile/error.hpp>

#include <utility>

#include "ownership/owned_path.hpp"
#include "persist/place.hpp"
#include "platform/file.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Whether the name is this process's, and still that of what it was made for.
void check_ownership(const temporary_path& name, failure& failed) {
  if (!name) {
    failed = {std::make_error_code(std::errc::invalid_argument), name.path(), "the name is not owned"};
  } else if (!ownership::is_this_process(name)) {
    failed = {errc::not_owner, name.path(), {}};
  } else if (platform::identity(name.path().c_str(), failed.code) != ownership::identity(name) && !failed) {
    failed.code = errc::replaced;
  }
  if (failed) failed.path = name.path();
}

void check_stream(const std::ios& stream, filebuf& buffer, failure& failed) {
  if (!buffer.is_open()) {
    failed = {std::make_error_code(std::errc::bad_file_descriptor), {}, "the file is closed"};
  } else if (buffer.write_error()) {
    failed = {buffer.write_error(), {}, "bytes have been lost"};
  } else if (stream.bad()) {
    const std::error_code reason = buffer.last_error();
    failed = {reason ? reason : std::make_error_code(std::io_errc::stream), {}, "the stream is bad"};
  } else if (stream.fail() && !stream.eof()) {
    failed = {std::make_error_code(std::io_errc::stream), {}, "the stream has failed"};
  } else if (!buffer.flush()) {
    failed.code = buffer.last_error();
  }
}

// What was owned is in its place, and what is left of it or of what it replaced is removed; or it is not, and still
// owned wherever it is.
void settle_ownership(temporary_path& name, placement& done) {
  if (!done.stranded.empty()) {
    const file_identity identity = ownership::identity(name);
    ownership::acquire(name, std::move(done.stranded), identity);
  }
  if (!done.is_placed) return;
  if (done.replaced) {
    ownership::acquire(name, std::move(done.replaced->path), done.replaced->identity);
  } else if (!done.is_copy) {
    ownership::release(name);
  }
  ownership::dispose(name, true);
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

fs::path persist_stream(const std::ios& stream, filebuf& buffer, temporary_path* name, const fs::path& target,
                        const persist_options& options, failure& failed) {
  check_stream(stream, buffer, failed);
  if (failed) {
    failed.path = target;
  } else if (name != nullptr) {
    check_ownership(*name, failed);
  }
  if (failed) return {};
  const finished_file file{buffer.native_handle(), name == nullptr ? nullptr : &name->path()};
  placement done = buffer.is_in_memory() ? place_bytes(buffer.bytes_in_memory(), target, options, failed)
                                         : place_file(file, target, options, failed);
  if (name != nullptr) settle_ownership(*name, done);
  if (!done.is_placed) return {};
  std::error_code ignored;  // all bytes are written, and synced if that was wanted
  buffer.abandon(ignored);
  return done.target;
}

fs::path persist_path(temporary_path& name, const fs::path& target, const persist_options& options, failure& failed) {
  check_ownership(name, failed);
  if (failed) return {};
  placement done;
  const fs::file_type type = ownership::identity(name).type;
  if (type == fs::file_type::directory) {
    done = place_directory(name.path(), target, options, failed);
  } else if (type == fs::file_type::regular) {
    const file_handle file = open_finished(name.path(), failed);
    if (!failed) done = place_file({file.native_handle(), &name.path()}, target, options, failed);
  } else {
    done = place_special(name.path(), target, options, failed);
  }
  settle_ownership(name, done);
  return done.target;
}

}  // namespace tempfile::inline v0_1::internal
