#include "persist/destination.hpp"

#include "names/paths.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// As the kernel counts them (MAXSYMLINKS).
constexpr int max_links = 40;

bool is_name(const fs::path& path) { return !path.empty() && path != "." && path != ".."; }

// Where a chain of links leads, the last one's end existing or not.
fs::path end_of_links(fs::path path, failure& failed) {
  for (int links = 0; links < max_links; ++links) {
    std::error_code error;
    const fs::path next = fs::read_symlink(path, error);
    if (error) return path;  // no link, or nothing
    path = platform::is_absolute(next) ? next : path.parent_path() / next;
  }
  failed = {std::make_error_code(std::errc::too_many_symbolic_link_levels), std::move(path), {}};
  return {};
}

void make_parents(const fs::path& parent, failure& failed) {
  fs::create_directories(parent, failed.code);
  if (failed) failed.path = parent;
}

file_handle open_for_placing(const fs::path& parent, durability durability, failure& failed) {
  file_handle directory = platform::open_directory(parent.c_str(), platform::access::read, failed.code);
  // It may still be writable, but only a directory that can be read can be synced.
  if (failed.code == std::errc::permission_denied && durability != durability::full) {
    directory = platform::open_directory(parent.c_str(), platform::access::search, failed.code);
  }
  if (failed) failed.path = parent;
  return directory;
}

void check_what_stands_there(const destination& to, placed_kind kind, bool overwrite, failure& failed) {
  std::error_code error;
  const fs::file_type found = platform::identity_at(to.directory.native_handle(), to.name.c_str(), error).type;
  if (error) return;  // nothing is there, or the last step will fail as well
  if (!overwrite) {
    failed.code = std::make_error_code(std::errc::file_exists);
  } else if (kind == placed_kind::file && found == fs::file_type::directory) {
    failed.code = std::make_error_code(std::errc::is_a_directory);
  } else if (kind == placed_kind::directory && found != fs::file_type::directory) {
    failed.code = std::make_error_code(std::errc::not_a_directory);
  }
  if (failed) failed.path = to.path;
}

}  // namespace

destination destination_of(const fs::path& target, placed_kind kind, const persist_options& options, failure& failed) {
  destination to;
  const fs::path meant = kind == placed_kind::directory ? without_trailing_separators(target) : target;
  if (holds_nul(target)) {
    failed = refusal(target, "target path contains NUL");
  } else if (!is_name(meant.filename())) {
    failed = refusal(target, "target does not name a file");
  } else if (options.mode && !is_mode(*options.mode)) {
    failed = refusal(target, "mode has bits that are not permissions");
  }
  if (!failed) to.path = absolute(meant, failed);
  if (!failed && options.follow) to.path = end_of_links(std::move(to.path), failed);
  if (failed) return to;
  to.parent = to.path.parent_path();
  to.name = to.path.filename();
  if (!is_name(to.name)) {
    failed = refusal(to.path, "target link does not lead to a file name");
    return to;
  }
  if (options.parents) make_parents(to.parent, failed);
  if (!failed) to.directory = open_for_placing(to.parent, options.durability, failed);
  if (!failed) check_what_stands_there(to, kind, options.overwrite, failed);
  return to;
}

}  // namespace tempfile::inline v0_1::internal
