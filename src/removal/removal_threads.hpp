// The threads that remove one tree together.
#pragma once

#include <tempfile/remove_tree.hpp>

#include <atomic>

#include "removal/tree_remover.hpp"

namespace tempfile::inline v0_1::internal {

// Lives as long as one removal. Threads are started where many sub-directories of one directory are left to remove, and
// have ended when those are gone.
class removal_threads final : public removal_helpers {
 public:
  // Of the whole process, from now on.
  static void allow(bool allowed) noexcept;

  [[nodiscard]] bool may_help(int nesting) noexcept override;
  bool remove_together(work& together, int nesting, removal_report& report) override;
  void note_lack_of_memory() noexcept override { has_lacked_memory_ = true; }
  [[nodiscard]] bool has_lacked_memory() const noexcept { return has_lacked_memory_; }
  // A thread that was started has come to its end.
  void give_back_thread() noexcept;

 private:
  bool take_thread() noexcept;

  static constexpr int not_counted = -1;
  std::atomic<int> spare_{not_counted};  // threads that may still be started
  std::atomic<bool> has_lacked_memory_{false};
};

}  // namespace tempfile::inline v0_1::internal
