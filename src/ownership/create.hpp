// Creating files and directories under new names, as every public creating call does.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/file_identity.hpp>

#include <filesystem>
#include <string_view>

#include "base/failure.hpp"
#include "platform/create.hpp"

namespace tempfile::inline v0_1::internal {

// What a public options struct asks for; refers to it.
struct request {
  std::string_view prefix;
  std::string_view suffix;
  const fs::path& dir;
  platform::create_options options;
};

template <class Options>
request request_for_file(const Options& wanted) {
  constexpr fs::perms private_file = fs::perms::owner_read | fs::perms::owner_write;
  return {wanted.prefix, wanted.suffix, wanted.dir, {wanted.mode.value_or(private_file), wanted.inheritable}};
}

template <class Options>
request request_for_directory(const Options& wanted) {
  return {wanted.prefix, wanted.suffix, wanted.dir, {wanted.mode.value_or(fs::perms::owner_all), wanted.inheritable}};
}

// Refuses what can't be part of a path.
void check(const request& wanted, failure& failed);

struct named_file {
  file_handle file;
  fs::path path;
  file_identity identity;
};

struct named_directory {
  fs::path path;
  file_identity identity;
};

// The directory that gettempdir() returns, valid until the process ends; null on failure.
const fs::path* default_directory(failure& failed);

named_file create_file(const request& wanted, failure& failed);
named_directory create_directory(const request& wanted, failure& failed);
// Without a name as far as the platform can; otherwise the name is removed before this returns.
file_handle create_unnamed_file(const request& wanted, failure& failed);

}  // namespace tempfile::inline v0_1::internal
