#include "ownership/sweep.hpp"

#include <tempfile/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <utility>

#include "ownership/keep_switch.hpp"
#include "ownership/lease_file.hpp"
#include "ownership/lease_format.hpp"
#include "ownership/remove_name.hpp"
#include "platform/file.hpp"
#include "platform/lease.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "removal/remove_recursively.hpp"

namespace tempfile::inline v0_1::internal {
namespace {

using native_text = std::basic_string_view<fs::path::value_type>;

// --- leases in a directory -------------------------------------------------------------------------------------------

// The lease directory of a directory, opened. Of one that is not there `error` says so.
class lease_directory {
 public:
  lease_directory(const fs::path& directory, std::error_code& error)
      : directory_{directory}, path_{directory / lease_directory_name()} {
    handle_ = platform::open_private_directory(path_.c_str(), false, error);
  }

  [[nodiscard]] native_handle_type handle() const noexcept { return handle_.native_handle(); }
  // Of what it serves.
  [[nodiscard]] const fs::path& directory() const noexcept { return directory_; }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

  [[nodiscard]] std::vector<fs::path> leases(std::error_code& error) const {
    std::vector<fs::path> names;
    platform::directory_reader reader{true};
    reader.start(handle(), error);
    platform::directory_entry entry;
    while (!error && reader.next(entry, error)) {
      if (is_lease_name(entry.name)) names.emplace_back(entry.name);
    }
    return names;
  }

 private:
  const fs::path& directory_;
  fs::path path_;
  file_handle handle_;
};

// A lease's file, opened.
class opened_lease final : public lease_bytes {
 public:
  opened_lease(const lease_directory& directory, const fs::path& name, std::error_code& error)
      : file_{platform::open_private_file(directory.handle(), name.c_str(), false, error)} {
    if (error) return;
    const platform::file_status status = platform::status_of(file_.native_handle(), error);
    if (!error && (status.type != fs::file_type::regular || !status.is_own)) error = errc::replaced;
  }

  // False if its process lives, or somebody sweeps it.
  [[nodiscard]] bool lock(platform::lock_kind kind, std::error_code& error) const {
    platform::lock(file_.native_handle(), kind, error);
    if (error != std::errc::resource_unavailable_try_again) return !error;
    error.clear();
    return false;
  }
  // Whether it has been swept by now.
  [[nodiscard]] bool is_gone(std::error_code& error) const {
    return platform::status_of(file_.native_handle(), error).names == 0;
  }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer, std::error_code& error) override {
    return platform::read_at(file_.native_handle(), offset, buffer, error);
  }

 private:
  file_handle file_;
};

// A veto, never evidence of death: on overlayfs a process that has closed the lease's descriptor has lost its lock.
bool lives(const lease_header& header) {
  return header.process_start != 0 && header.boot == platform::current_boot() &&
         platform::start_of_process(header.process) == header.process_start;
}

bool is_below(const fs::path& path, const fs::path& directory) {
  const native_text text = path.native();
  const native_text parent = directory.native();
  if (!text.starts_with(parent)) return false;
  return parent.ends_with(fs::path::preferred_separator) ||
         (text.size() > parent.size() && text[parent.size()] == fs::path::preferred_separator);
}

bool goes_up(const fs::path& path) { return std::find(path.begin(), path.end(), "..") != path.end(); }

// Where a name of a lease is now. Another mount namespace, a container's say, may see the directory elsewhere.
fs::path moved(const fs::path& path, const fs::path& from, const fs::path& to) {
  if (from == to || !is_below(path, from) || goes_up(path)) return path;
  return to / path.lexically_relative(from);
}

// A device may have another number since the machine was started or the file system mounted; the time of birth, to the
// nanosecond, is the same.
void find_on_its_device(const fs::path& path, platform::lasting_identity& adopted) {
  std::error_code error;
  const platform::lasting_identity found = platform::lasting_identity_of(path.c_str(), error);
  if (!error && found.born != 0 && found.born == adopted.born) adopted.file.device = found.file.device;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  static_cast<void>(platform::status_of(path.c_str(), error));
  return !has_vanished(error);
}

// --- sweeping --------------------------------------------------------------------------------------------------------

class sweeper {
 public:
  sweeper(const lease_directory& directory, const sweep_deadline& deadline, sweep_report& report)
      : directory_{directory}, deadline_{deadline}, report_{report} {}

  // Returns false if time has run out.
  bool sweep(const fs::path& name) {
    std::error_code error;
    opened_lease file{directory_, name, error};
    const bool is_locked = !error && file.lock(platform::lock_kind::exclusive, error);
    if (!error && !is_locked) ++report_.live_leases;
    if (!error && is_locked && !file.is_gone(error) && !error) sweep_locked(file, name, error);
    if (error && !has_vanished(error)) leave(directory_.path() / name, error);
    return !is_late_;
  }

 private:
  void sweep_locked(opened_lease& file, const fs::path& name, std::error_code& error) {
    lease_reader lease{file, error};
    if (error) return;
    if (lease.kind() == lease_kind::unknown) {
      error = std::make_error_code(std::errc::not_supported);
    } else if (lease.kind() == lease_kind::none) {
      remove_lease(name, error);
      // One that was killed before it wrote anything is nothing to speak of.
      if (!error && lease.is_torn()) error = std::make_error_code(std::errc::bad_message);
    } else if (lives(lease.header())) {
      ++report_.live_leases;
    } else {
      const bool is_done = sweep_names(lease, error);
      if (is_done && !error) forget_what_went_with_others(file, lease.directory(), error);
      if (is_done && !error && unreachable_.empty()) remove_lease(name, error);
      for (const fs::path& path : unreachable_) leave(path, std::make_error_code(std::errc::no_such_file_or_directory));
      unreachable_.clear();
    }
  }

  void remove_lease(const fs::path& name, std::error_code& error) {
    platform::remove_file_at(directory_.handle(), name.c_str(), error);
    if (!error) ++report_.dead_leases;
  }

  // Returns whether the lease has no further use.
  bool sweep_names(lease_reader& lease, std::error_code& error) {
    bool is_done = true;
    leased_record record;
    while (lease.next(record, error)) {
      is_late_ = deadline_ && std::chrono::steady_clock::now() >= *deadline_;
      if (is_late_) return false;
      const fs::path path = moved(record.path, lease.directory(), directory_.directory());
      std::error_code left;
      remove(path, record.name, left);
      // Somebody else's has taken the name: ours is gone.
      if (left && left != errc::replaced) is_done = false;
    }
    return is_done;
  }

  void remove(const fs::path& path, const name_description& name, std::error_code& error) {
    const platform::file_status found = platform::status_of(path.c_str(), error);
    if (has_vanished(error)) {
      error.clear();
      if (!is_there(path.parent_path())) unreachable_.push_back(path);
      return;
    }
    if (!error && keeps_everything()) {
      announce_kept(path.c_str());
      error = std::make_error_code(std::errc::operation_canceled);
    }
    // By its time of birth a directory can still be ours, given away; see own_directory.
    const bool is_foreign = !found.is_own && found.type != fs::file_type::directory;
    if (!error && is_foreign && !name.adopted) error = errc::replaced;
    const std::size_t left_before = report_.left.size();
    if (!error) remove_found(path, name, error);
    if (!error) {
      ++report_.swept;
    } else if (report_.left.size() == left_before) {
      leave(path, error);
    }
  }

  void remove_found(const fs::path& path, name_description name, std::error_code& error) {
    if (name.adopted) find_on_its_device(path, *name.adopted);
    remove_name(path.c_str(), name, error, [&](const entry_condition& condition, std::error_code& tree_error) {
      removal_report tree;
      remove_recursively(path, &condition, tree);
      tree_error = summary_of(tree).code;
      report_.left.insert(report_.left.end(), tree.failures.begin(), tree.failures.end());
    });
  }

  // A name whose directory is not there may be on a file system that is not mounted now. Not so if it was in a
  // directory that was swept as well, or in the one that the lease is for.
  void forget_what_went_with_others(opened_lease& file, const fs::path& directory, std::error_code& error) {
    if (unreachable_.empty()) return;
    std::erase_if(unreachable_, [&](const fs::path& path) { return is_below(path, directory_.directory()); });
    lease_reader again{file, error};
    leased_record record;
    while (!unreachable_.empty() && !error && again.next(record, error)) {
      const fs::path parent = moved(record.path, directory, directory_.directory());
      std::erase_if(unreachable_, [&](const fs::path& path) { return is_below(path, parent); });
    }
  }

  void leave(const fs::path& path, const std::error_code& error) { report_.left.push_back({path, error}); }

  const lease_directory& directory_;
  const sweep_deadline& deadline_;
  sweep_report& report_;
  std::vector<fs::path> unreachable_;
  bool is_late_{false};
};

// --- once an hour ----------------------------------------------------------------------------------------------------

constexpr fs::path::value_type stamp_name[] = {'s', 'w', 'e', 'p', 't', 0};
constexpr std::int64_t nanoseconds_in_a_second = 1'000'000'000;
constexpr std::int64_t seconds_between_sweeps = 3600;
constexpr std::chrono::milliseconds time_for_hourly_sweep{250};

// Opens the file whose last modification is the last sweep, and locks it against other sweeps of this kind; nothing if
// there is none to be done.
file_handle open_stamp_if_due(const fs::path& directory) {
  std::error_code error;
  const lease_directory leases{directory, error};
  if (error) return {};
  file_handle stamp = platform::open_private_file(leases.handle(), stamp_name, true, error);
  if (!error) platform::lock(stamp.native_handle(), platform::lock_kind::exclusive, error);
  if (error) return {};
  const platform::file_status status = platform::status_of(stamp.native_handle(), error);
  const std::int64_t age = platform::coarse_time() / nanoseconds_in_a_second - status.modified;
  const bool is_recent = status.size != 0 && age >= 0 && age < seconds_between_sweeps;
  return error || is_recent ? file_handle{} : std::move(stamp);
}

void renew(const file_handle& stamp) noexcept {
  constexpr std::array content{std::byte{'\n'}};
  std::error_code ignored;  // then the next process sweeps as well
  platform::write_without_signal(stamp.native_handle(), content, ignored);
}

std::chrono::system_clock::time_point time_of(std::int64_t nanoseconds) {
  return std::chrono::system_clock::time_point{
      std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds{nanoseconds})};
}

}  // namespace

bool sweep_directory(const fs::path& directory, const sweep_deadline& deadline, sweep_report& report) {
  std::error_code error;
  const lease_directory leases{directory, error};
  if (error) {
    if (!has_vanished(error)) {
      report.left.push_back({leases.path(), error});
    } else if (std::error_code unknown; !fs::is_directory(directory, unknown)) {
      report.left.push_back({directory, error});
    }
    return true;
  }
  sweeper now{leases, deadline, report};
  const std::vector<fs::path> names = leases.leases(error);
  if (error) report.left.push_back({leases.path(), error});
  return std::all_of(names.begin(), names.end(), [&](const fs::path& name) { return now.sweep(name); });
}

void sweep_hourly(std::span<const fs::path> directories) noexcept {
  try {
    const file_handle stamp = open_stamp_if_due(directories.front());
    if (!stamp) return;
    const sweep_deadline deadline = std::chrono::steady_clock::now() + time_for_hourly_sweep;
    sweep_report report;
    const bool is_complete = std::all_of(directories.begin(), directories.end(), [&](const fs::path& directory) {
      return sweep_directory(directory, deadline, report);
    });
    if (is_complete) renew(stamp);
  } catch (const std::bad_alloc&) {  // another time
  }
}

void list_leases(const fs::path& directory, std::vector<lease>& found) {
  std::error_code error;
  const lease_directory leases{directory, error};
  if (error) return;
  for (const fs::path& name : leases.leases(error)) {
    std::error_code unreadable;
    opened_lease file{leases, name, unreadable};
    if (unreadable) continue;
    const bool is_live = !file.lock(platform::lock_kind::shared, unreadable);
    lease_reader reader{file, unreadable};
    if (unreadable || reader.kind() != lease_kind::lease) continue;
    lease& listed = found.emplace_back(lease{.path = leases.path() / name,
                                             .directory = directory,
                                             .is_live = is_live || lives(reader.header()),
                                             .process = reader.header().process,
                                             .command = reader.header().name.data(),
                                             .taken = time_of(reader.header().taken),
                                             .names = {}});
    leased_record record;
    while (reader.next(record, unreadable)) {
      listed.names.push_back(
          {moved(record.path, reader.directory(), directory), record.word.type(), time_of(record.name.recorded)});
    }
  }
}

}  // namespace tempfile::inline v0_1::internal
