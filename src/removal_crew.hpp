// The threads that remove one tree together.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/remove_tree.hpp>

#include <atomic>
#include <filesystem>
#include <optional>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Lives as long as one removal. Threads are started where many sub-directories of one directory are left to remove, and
// have ended when those are gone.
class removal_crew {
 public:
  // Of the whole process, from now on.
  static void allow_threads(bool allowed) noexcept;

  struct work {
    native_handle_type directory;
    const fs::path& path;         // the directory's
    fs::path::string_type& left;  // names of its sub-directories, each with its NUL; afterwards those still to do
    std::optional<fs::perms>& mode_before;  // the directory's, once it has been made writable
  };

  // Whether there may be a thread to be had. `nesting`: how many calls of remove_together() are around this one.
  [[nodiscard]] bool may_help(int nesting) noexcept;
  // Removes what can be removed, the caller's thread helping. Returns false, with nothing done, if no thread can be
  // had. `report` has room for the failures that are named.
  bool remove_together(work& together, int nesting, removal_report& report);
  // A thread that was started has come to its end.
  void give_back_thread() noexcept;

  // A walk has left something because it could not get memory.
  void note_lack_of_memory() noexcept { has_lacked_memory_ = true; }
  [[nodiscard]] bool has_lacked_memory() const noexcept { return has_lacked_memory_; }

 private:
  bool take_thread() noexcept;

  static constexpr int not_counted = -1;
  std::atomic<int> spare_{not_counted};  // threads that may still be started
  std::atomic<bool> has_lacked_memory_{false};
};

}  // namespace tempfile::inline v0_1::internal
