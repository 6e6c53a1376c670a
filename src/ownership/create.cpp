#include "ownership/create.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "names/native.hpp"
#include "names/paths.hpp"
#include "names/tempdir.hpp"
#include "ownership/cleaner.hpp"
#include "ownership/cleanup_hook.hpp"
#include "ownership/keep_switch.hpp"
#include "ownership/leasing.hpp"
#include "ownership/name_table.hpp"
#include "ownership/sweep.hpp"
#include "platform/create.hpp"
#include "platform/file.hpp"
#include "platform/tree.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

// Checks a request, and finds the directory to create in.
class checked_directory {
 public:
  checked_directory(const create_request& request, failure& failed) {
    check(request, failed);
    if (failed) return;
    if (request.dir.empty()) {
      directory_ = default_directory(failed);
    } else if (platform::is_absolute(request.dir)) {
      directory_ = &request.dir;
    } else {
      directory_ = &absolute_.emplace(absolute(request.dir, failed));
    }
  }
  checked_directory(const checked_directory&) = delete;
  checked_directory& operator=(const checked_directory&) = delete;
  // Not if it has failed.
  const fs::path& operator*() const noexcept { return *directory_; }

 private:
  const fs::path* directory_{};
  std::optional<fs::path> absolute_;
};

new_name name_in(const fs::path& directory, const create_request& request, fs::file_type type, fs::perms at_most) {
  return {.directory = directory,
          .prefix = request.prefix,
          .suffix = request.suffix,
          .type = type,
          .granted = request.mode.value_or(at_most),
          .keeps = request.keeps,
          .is_given_away = request.is_given_away};
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
  if (!platform::may_begin_a_name(request.prefix)) {
    failed = refusal(request.prefix, "prefix contains a separator or NUL");
  } else if (!platform::may_end_a_name(request.suffix)) {
    failed = refusal(request.suffix, "suffix contains a separator or NUL");
  } else if (holds_nul(request.dir)) {
    failed = refusal(request.dir, "directory path contains NUL");
  } else if (request.mode && !is_mode(*request.mode)) {
    failed = refusal(request.dir, "mode has bits that are not permissions");
  }
}

// --- leases ----------------------------------------------------------------------------------------------------------

namespace {

// Where leases are looked for: in an application's own directory and nowhere else, or in every temporary directory that
// is there; first in the one that this process uses.
std::vector<fs::path> directories_with_leases() {
  if (const fs::path* const dir = requested_lease().dir) return {*dir};
  failure ignored;  // then only the candidates
  std::vector<fs::path> directories;
  if (const fs::path* const used = default_directory(ignored)) directories.push_back(*used);
  for (fs::path& candidate : tempdir_candidates()) {
    std::error_code missing;
    platform::identity(candidate.c_str(), missing);
    const bool is_known = std::find(directories.begin(), directories.end(), candidate) != directories.end();
    if (!missing && !is_known) directories.push_back(std::move(candidate));
  }
  return directories;
}

// An application's own directory, absolute, valid until the process ends.
const fs::path* existing_directory(const fs::path& directory, failure& failed) {
  const fs::path* const remembered = remembered_directory(directory, failed);
  if (failed) return nullptr;
  platform::open_directory(remembered->c_str(), platform::access::search, failed.code);
  if (failed) failed.path = directory;
  return remembered;
}

// To find the temporary directory a file is created, which is not in the lease.
void take_lease(name_table& table, failure& failed) {
  const struct attempt {
    name_table& table;
    ~attempt() { table.end_to_lease(); }  // also where there is no memory: others wait for it
  } now{table};
  const lease_request request = requested_lease();
  const fs::path* const directory = request.dir != nullptr ? request.dir : default_directory(failed);
  if (!failed) table.take_lease(*directory, request.on_power_loss, failed);
}

// Without a lease all goes on, and the hook hears why.
void lease_this_process() {
  failure failed;
  name_table* const table = table_of_this_process(fs::file_type::regular, failed.code);
  if (failed) return;
  if (table->begin_to_lease()) {
    take_lease(*table, failed);
    report_cleanup_error(failed.path, failed.code);
  }
  if (table->begin_to_sweep()) sweep_hourly(directories_with_leases());
}

}  // namespace

void enable_leases(const lease_options& options, failure& failed) {
  name_table* const table = table_of_this_process(fs::file_type::regular, failed.code);
  if (failed) return;
  lease_request request{.dir = nullptr, .on_power_loss = options.on_power_loss};
  if (!options.dir.empty()) {
    request.dir = existing_directory(options.dir, failed);
    if (!failed && table->has_lease() && request.dir != requested_lease().dir) {
      failed = {std::make_error_code(std::errc::device_or_resource_busy), options.dir, {}};
    }
    if (!failed) set_tempdir(*request.dir, failed);
  }
  if (failed || table->has_lease()) return;
  request_lease(request);
  if (keeps_everything()) return;
  table->retry_to_lease();
  if (table->begin_to_lease()) {
    take_lease(*table, failed);
  } else if (!table->has_lease()) {  // another thread was told why
    failed.code = std::make_error_code(std::errc::operation_canceled);
  }
}

std::size_t sweep(sweep_report& report) {
  report = {};
  // So none is due at the first creation.
  if (name_table* const table = name_table::find()) static_cast<void>(table->begin_to_sweep());
  for (const fs::path& directory : directories_with_leases()) sweep_directory(directory, {}, report);
  return report.swept;
}

std::vector<lease> list_leases() {
  std::vector<lease> found;
  for (const fs::path& directory : directories_with_leases()) list_leases(directory, found);
  return found;
}

void acquire_name(const new_name& where, owned_path& name, std::error_code& error) {
  if (is_leasing_due()) lease_this_process();
  const random_text random = random_name(error);
  if (error) return;
  constexpr auto separator = fs::path::preferred_separator;
  const fs::path::string_type& parent = where.directory.native();
  const auto prefix = to_native(where.prefix);
  const auto suffix = to_native(where.suffix);
  const bool is_separated = parent.empty() || parent.back() == separator;
  const std::size_t size = parent.size() + (is_separated ? 0 : 1) + prefix.size() + random.size() + suffix.size();
  fs::path::string_type text(size, separator);
  auto out = std::copy(parent.begin(), parent.end(), text.begin());
  if (!is_separated) ++out;
  out = std::copy(prefix.begin(), prefix.end(), out);
  out = std::copy(random.begin(), random.end(), out);
  std::copy(suffix.begin(), suffix.end(), out);
  name.acquire(std::move(text), where.type, where.granted, !where.keeps && !where.is_given_away, error);
}

void adopt(const fs::path& existing, owned_path& name, failure& failed) {
  if (is_leasing_due()) lease_this_process();
  name.adopt(existing, failed);
}

const fs::path* default_directory(failure& failed) { return tempdir(probe, failed); }

file_handle create_file(const create_request& request, owned_path& name, failure& failed) {
  const checked_directory directory{request, failed};
  return failed ? file_handle{} : create_file_in(*directory, request, name, failed);
}

void create_directory(const create_request& request, owned_path& name, failure& failed) {
  const checked_directory directory{request, failed};
  if (failed) return;
  create_owned(name_in(*directory, request, fs::file_type::directory, platform::default_directory_mode), name, failed,
               [&](const fs::path& path, std::error_code& error) {
                 platform::create_directory(path.c_str(), {request.mode, request.inheritable}, error);
               });
}

file_handle lock_directory(owned_path& name, failure& failed) {
  file_handle directory = platform::open_directory_nofollow(name.path().c_str(), failed.code);
  if (!failed) platform::lock(directory.native_handle(), platform::lock_kind::shared, failed.code);
  if (!failed) return directory;
  std::error_code ignored;
  platform::remove_directory(name.path().c_str(), ignored);
  failed.path = name.take();
  return {};
}

file_handle create_unnamed_file(const create_request& request, failure& failed) {
  const checked_directory directory{request, failed};
  if (failed) return {};
  file_handle file =
      platform::create_unnamed_file((*directory).c_str(), {request.mode, request.inheritable}, failed.code);
  if (!failed) return file;
  if (failed.code != std::errc::operation_not_supported) {
    failed.path = *directory;
    return {};
  }
  failed = {};
  owned_path name;
  file = create_file_in(*directory, request, name, failed);
  if (failed) return {};
  remove_at_once(name, failed.code);
  if (!failed) return file;
  failed.path = name.path();
  return {};
}

}  // namespace tempfile::inline v0_1::internal
