#include "ownership/create.hpp"

#include <array>
#include <cstddef>

#include "names/paths.hpp"
#include "names/tempdir.hpp"
#include "platform/create.hpp"
#include "platform/file.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

bool may_be_part_of_a_name(std::string_view part) noexcept {
  constexpr auto separator = static_cast<char>(fs::path::preferred_separator);
  return part.find('/') == part.npos && part.find(separator) == part.npos && part.find('\0') == part.npos;
}

// Checks the request, and calls create(directory) with the directory to create in.
template <class Create>
void in_directory(const create_request& request, failure& failed, Create create) {
  check(request, failed);
  if (failed) return;
  if (request.dir.empty()) {
    const fs::path* const directory = default_directory(failed);
    if (!failed) create(*directory);
  } else if (request.dir.is_absolute()) {
    create(request.dir);
  } else {
    const fs::path directory = absolute(request.dir, failed);
    if (!failed) create(directory);
  }
}

new_name name_in(const fs::path& directory, const create_request& request, fs::file_type type, fs::perms at_most) {
  return {directory, request.prefix, request.suffix, type, request.mode.value_or(at_most)};
}

file_handle create_file_in(const fs::path& directory, const create_request& request, owned_path& name,
                           failure& failed) {
  file_handle file;
  create_owned(name_in(directory, request, fs::file_type::regular, platform::default_file_mode), name, failed,
               [&](const fs::path& path, std::error_code& error) {
                 file = platform::create_file(path.c_str(), {request.mode, request.inheritable}, error);
               });
  return file;
}

// Removes what must not stay, even if TEMPFILE_KEEP is set.
void remove_at_once(owned_path& name, std::error_code& error) {
  platform::remove_file(name.path().c_str(), error);
  name.release();
}

// Creates, writes and removes a file: the directory may be full, read-only, or lie about its permissions.
void probe(const fs::path& directory, failure& failed) {
  constexpr std::array probed{std::byte{'p'}, std::byte{'r'}, std::byte{'o'}, std::byte{'b'}, std::byte{'e'}};
  owned_path name;
  file_handle file = create_file_in(directory, {.prefix = "tmp", .suffix = {}, .dir = directory}, name, failed);
  if (failed) return;
  std::error_code write_error;
  platform::write_without_signal(file.native_handle(), probed, write_error);
  // A limit of this process's, for files of any kind.
  if (write_error == std::errc::file_too_large) write_error.clear();
  std::error_code close_error;
  file.close(close_error);
  std::error_code remove_error;
  remove_at_once(name, remove_error);
  for (const std::error_code& error : {write_error, close_error, remove_error}) {
    if (!failed && error) failed = {error, directory, {}};
  }
}

}  // namespace

void check(const create_request& request, failure& failed) {
  if (!may_be_part_of_a_name(request.prefix)) {
    failed = refusal(request.prefix, "prefix contains a separator or NUL");
  } else if (!may_be_part_of_a_name(request.suffix)) {
    failed = refusal(request.suffix, "suffix contains a separator or NUL");
  } else if (holds_nul(request.dir)) {
    failed = refusal(request.dir, "directory path contains NUL");
  } else if (request.mode && !is_mode(*request.mode)) {
    failed = refusal(request.dir, "mode has bits that are not permissions");
  }
}

const fs::path* default_directory(failure& failed) { return tempdir(probe, failed); }

file_handle create_file(const create_request& request, owned_path& name, failure& failed) {
  file_handle file;
  in_directory(request, failed,
               [&](const fs::path& directory) { file = create_file_in(directory, request, name, failed); });
  return file;
}

void create_directory(const create_request& request, owned_path& name, failure& failed) {
  in_directory(request, failed, [&](const fs::path& directory) {
    create_owned(name_in(directory, request, fs::file_type::directory, platform::default_directory_mode), name, failed,
                 [&](const fs::path& path, std::error_code& error) {
                   platform::create_directory(path.c_str(), {request.mode, request.inheritable}, error);
                 });
  });
}

file_handle create_unnamed_file(const create_request& request, failure& failed) {
  file_handle file;
  in_directory(request, failed, [&](const fs::path& directory) {
    std::error_code error;
    file = platform::create_unnamed_file(directory.c_str(), {request.mode, request.inheritable}, error);
    if (error && error != std::errc::operation_not_supported) failed = {error, directory, {}};
    if (error != std::errc::operation_not_supported) return;

    owned_path name;
    file = create_file_in(directory, request, name, failed);
    if (failed) return;
    remove_at_once(name, failed.code);
    if (failed) {
      failed.path = name.path();
      file = {};
    }
  });
  return file;
}

}  // namespace tempfile::inline v0_1::internal
