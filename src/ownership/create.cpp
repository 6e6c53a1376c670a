#include "ownership/create.hpp"

#include <array>
#include <cstddef>

#include "names/paths.hpp"
#include "names/random_name.hpp"
#include "names/tempdir.hpp"
#include "platform/file.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

bool may_be_part_of_a_name(std::string_view part) noexcept {
  constexpr auto separator = static_cast<char>(fs::path::preferred_separator);
  return part.find('/') == part.npos && part.find(separator) == part.npos && part.find('\0') == part.npos;
}

}  // namespace

void check(const request& wanted, failure& failed) {
  if (!may_be_part_of_a_name(wanted.prefix)) {
    failed = refusal(wanted.prefix, "the prefix holds a separator or NUL");
  } else if (!may_be_part_of_a_name(wanted.suffix)) {
    failed = refusal(wanted.suffix, "the suffix holds a separator or NUL");
  } else if (holds_nul(wanted.dir)) {
    failed = refusal(wanted.dir, "the directory's path holds a NUL");
  } else if (!is_mode(wanted.options.mode)) {
    failed = refusal(wanted.dir, "the mode has bits that are no permissions");
  }
}

namespace {

// Checks the request, and calls use(directory) with the directory to create in.
template <class Use>
void in_directory(const request& wanted, failure& failed, Use use) {
  check(wanted, failed);
  if (failed) return;
  if (wanted.dir.empty()) {
    const fs::path* const directory = default_directory(failed);
    if (!failed) use(*directory);
  } else if (wanted.dir.is_absolute()) {
    use(wanted.dir);
  } else {
    const fs::path directory = absolute(wanted.dir, failed);
    if (!failed) use(directory);
  }
}

}  // namespace

// Really creates, writes and removes a file: the directory may be full, read-only, or lie about its permissions.
void probe(const fs::path& directory, failure& failed) {
  constexpr std::array probed{std::byte{'p'}, std::byte{'r'}, std::byte{'o'}, std::byte{'b'}, std::byte{'e'}};
  constexpr fs::perms private_file = fs::perms::owner_read | fs::perms::owner_write;
  named_file made = create_file({"tmp", {}, directory, {private_file, false}}, failed);
  if (failed) return;
  std::error_code write_error;
  platform::write_without_signal(made.file.native_handle(), probed, write_error);
  if (write_error == std::errc::file_too_large)
    write_error.clear();  // a limit of this process's, for files of any kind
  std::error_code close_error;
  made.file.close(close_error);
  std::error_code remove_error;
  platform::remove_file(made.path.c_str(), remove_error);
  for (const std::error_code& error : {write_error, close_error, remove_error}) {
    if (!failed && error) failed = {error, directory, {}};
  }
}

const fs::path* default_directory(failure& failed) { return tempdir(probe, failed); }

named_file create_file(const request& wanted, failure& failed) {
  named_file made;
  in_directory(wanted, failed, [&](const fs::path& directory) {
    made.path = under_unused_name(
        directory, wanted.prefix, wanted.suffix, failed, [&](const fs::path& path, std::error_code& error) {
          made.file = platform::create_file(path.c_str(), wanted.options, made.identity, error);
        });
  });
  return made;
}

named_directory create_directory(const request& wanted, failure& failed) {
  named_directory made;
  in_directory(wanted, failed, [&](const fs::path& directory) {
    made.path = under_unused_name(directory, wanted.prefix, wanted.suffix, failed,
                                  [&](const fs::path& path, std::error_code& error) {
                                    platform::create_directory(path.c_str(), wanted.options, made.identity, error);
                                  });
  });
  return made;
}

file_handle create_unnamed_file(const request& wanted, failure& failed) {
  file_handle file;
  in_directory(wanted, failed, [&](const fs::path& directory) {
    std::error_code error;
    file = platform::create_unnamed_file(directory.c_str(), wanted.options, error);
    if (error && error != std::errc::operation_not_supported) failed = {error, directory, {}};
    if (!error || failed) return;

    under_unused_name(directory, wanted.prefix, wanted.suffix, failed,
                      [&](const fs::path& path, std::error_code& create_error) {
                        file_identity identity;
                        file = platform::create_file(path.c_str(), wanted.options, identity, create_error);
                        if (!create_error) platform::remove_file(path.c_str(), create_error);
                      });
    if (failed) file = {};
  });
  return file;
}

}  // namespace tempfile::inline v0_1::internal
