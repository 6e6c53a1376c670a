// The only place that creates what has a name.
#pragma once

#include <tempfile/error.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/lease.hpp>
#include <tempfile/temporary_path.hpp>

#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "names/random_name.hpp"

namespace tempfile::inline v0_1::internal {

// What a public options struct asks for; refers to it.
struct create_request {
  std::string_view prefix;
  std::string_view suffix;
  const fs::path& dir;  // empty: default_directory()
  std::optional<fs::perms> mode{};
  bool inheritable{};
  bool keeps{};          // what is created stays, unless its owner removes it
  bool is_given_away{};  // what is created is the caller's to remove, and nobody else's
};

template <class Options>
create_request request_for(const Options& options) {
  create_request request{options.prefix, options.suffix, options.dir, options.mode, options.inheritable};
  if constexpr (requires { options.keep; }) request.keeps = options.keep;
  return request;
}

// Refuses what can't be part of a path.
void check(const create_request& request, failure& failed);

// On success `name`, which owned nothing before, owns what was created; on failure nothing, and its path is empty.
file_handle create_file(const create_request& request, owned_path& name, failure& failed);
void create_directory(const create_request& request, owned_path& name, failure& failed);
// `name` owns what exists at `existing`, as temporary_path's constructor says.
void adopt(const fs::path& existing, owned_path& name, failure& failed);
// Locks the directory that `name` owns, for as long as the handle is open: whoever cleans up directories by their age,
// and asks for a lock first, leaves it alone. On failure the directory is removed, and `name` owns nothing.
file_handle lock_directory(owned_path& name, failure& failed);
// Without a name as far as the platform can; otherwise the name is removed before this returns.
file_handle create_unnamed_file(const create_request& request, failure& failed);

// As tempfile::enable_leases(), sweep() and lease::list() say.
void enable_leases(const lease_options& options, failure& failed);
std::size_t sweep(sweep_report& report);
std::vector<lease> list_leases();

// The directory that gettempdir() returns, valid until the process ends; null on failure.
const fs::path* default_directory(failure& failed);

// Where a name is made, and for what.
struct new_name {
  const fs::path& directory;  // absolute
  std::string_view prefix;
  std::string_view suffix;
  fs::file_type type;
  fs::perms granted;
  bool keeps{};          // as in create_request
  bool is_given_away{};  // the same
};

// `name` owns the path of directory, prefix, random characters and suffix, which nothing is expected to have.
void acquire_name(const new_name& where, owned_path& name, std::error_code& error);

// The name was taken; or all that this process owned has been removed meanwhile, and the program goes on.
inline bool is_worth_another_name(const std::error_code& error) noexcept {
  return error == std::errc::file_exists || error == std::errc::resource_unavailable_try_again;
}

// Calls create(path, error) with new names until one is not taken. Each is owned before it is created, so that whoever
// cleans up at any instant knows of it. On failure `name` owns nothing, and its path is empty.
template <class Create>
void create_owned(const new_name& where, owned_path& name, failure& failed, Create create) {
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    acquire_name(where, name, failed.code);
    if (!failed) create(name.path(), failed.code);
    if (!failed) name.confirm(where.keeps, failed.code);
    if (!failed) return;
    failed.path = name.take();
    if (failed.path.empty()) failed.path = where.directory;
    if (!is_worth_another_name(failed.code)) return;
    failed = {};
  }
  failed = {errc::no_unused_name, where.directory, {}};
}

}  // namespace tempfile::inline v0_1::internal
