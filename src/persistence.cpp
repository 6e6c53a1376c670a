#include "persistence.hpp"

#include <tempfile/error.hpp>

#include "ownership.hpp"
#include "placement.hpp"
#include "platform/system.hpp"

namespace tempfile::internal {
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

// What was owned is in its place. What is left at its name is removed: the original of a copy, or what was replaced.
void end_ownership(temporary_path& name, const placement& done) {
  if (done.replaced) {
    ownership::begin(name, fs::path{name.path()}, *done.replaced);
  } else if (!done.is_copy) {
    ownership::forget(name);
  }
  ownership::end(name, true);
}

}  // namespace

fs::path persist_stream(const std::ios& stream, filebuf& buffer, temporary_path* name, const fs::path& target,
                        const persist_options& wanted, failure& failed) {
  check_stream(stream, buffer, failed);
  if (failed) {
    failed.path = target;
  } else if (name != nullptr) {
    check_ownership(*name, failed);
  }
  if (failed) return {};
  const finished_file file{buffer.native_handle(), name == nullptr ? nullptr : &name->path()};
  const placement done = buffer.is_in_memory() ? place_bytes(buffer.bytes_in_memory(), target, wanted, failed)
                                               : place_file(file, target, wanted, failed);
  if (!done.is_placed) return done.target;
  if (name != nullptr) end_ownership(*name, done);
  std::error_code ignored;  // all bytes are written, and synced if that was wanted
  buffer.abandon(ignored);
  return done.target;
}

fs::path persist_path(temporary_path& name, const fs::path& target, const persist_options& wanted, failure& failed) {
  check_ownership(name, failed);
  if (failed) return {};
  placement done;
  if (ownership::identity(name).type == fs::file_type::directory) {
    done = place_directory(name.path(), target, wanted, failed);
  } else {
    const file_handle file = platform::open_file_itself(name.path().c_str(), failed.code);
    if (failed) failed.path = name.path();
    if (!failed) done = place_file({file.native_handle(), &name.path()}, target, wanted, failed);
  }
  if (done.is_placed) end_ownership(name, done);
  return done.target;
}

}  // namespace tempfile::internal
