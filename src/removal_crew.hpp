// The threads that remove one tree together.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/remove_tree.hpp>

#include <atomic>
#include <filesystem>

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Lives as long as one removal. Threads are started where many sub-directories of one directory are left to remove, and
// have ended when those are gone.
class removal_crew {
 public:
  struct work {
    native_handle_type directory;
    const fs::path& path;         // the directory's
    fs::path::string_type& left;  // names of its sub-directories, each with its NUL; afterwards those still to do
  };

  // Removes what can be removed, the caller's thread helping. `nesting`: how many calls of this one are around it.
  // Returns false, with nothing done, if no thread can be had. `report` has room for the failures that are named.
  bool remove_together(work& together, int nesting, removal_report& report);
  // A thread that was started has come to its end.
  void give_back_thread() noexcept;

 private:
  bool take_thread() noexcept;

  static constexpr int not_counted = -1;
  std::atomic<int> spare_{not_counted};  // threads that may still be started
};
}  // namespace tempfile::inline v0_1::internal
