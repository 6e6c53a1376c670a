// One thread's way through a tree that is being removed.
#pragma once

#include <tempfile/file_handle.hpp>
#include <tempfile/remove_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "platform/tree.hpp"
#include "removal/entry_condition.hpp"

namespace tempfile::inline v0_1::internal {

namespace fs = std::filesystem;

// Who may remove sub-directories of a tree together with the thread that has found them.
class removal_helpers {
 public:
  virtual ~removal_helpers() = default;

  struct work {
    native_handle_type directory;
    const fs::path& path;         // the directory's
    fs::path::string_type& left;  // names of its sub-directories, each with its NUL; afterwards those still to do
    std::optional<fs::perms>& mode_before;  // the directory's, once it has been made writable
  };

  // Whether a thread may be available. `nesting`: how many calls of remove_together() are around this one.
  [[nodiscard]] virtual bool may_help(int nesting) noexcept = 0;
  // Removes what can be removed, the caller's thread helping. Returns false, with nothing done, if no thread is
  // available. `report` has room for the failures that are named. Throws std::bad_alloc.
  virtual bool remove_together(work& together, int nesting, removal_report& report) = 0;
  // A removal has left something because it could not get memory.
  virtual void note_lack_of_memory() noexcept = 0;
};

// An entry of an open directory, to be removed with everything in it.
struct removal_target {
  native_handle_type directory{no_native_handle};  // stays the caller's
  const fs::path& path_of_directory;               // for reports only
  platform::native_path name{};
  const entry_condition* condition{};       // of its being entered, if it is a directory; null: it is
  std::optional<fs::perms>* mode_before{};  // becomes the directory's mode, if it is changed
  bool is_in_the_tree{false};               // then its directory may be changed too, to give its owner rights
  bool may_run_out_of_handles{false};       // then remove() stops and says so, and reports nothing of it
};

// Walks depth first, without recursion and with everything relative to an open directory. A directory is read to its
// end first: what is not a directory is removed at once, and so is an empty directory; the names of the others are
// collected and entered one by one. On the way back the parent is opened as ".." if it was closed meanwhile, and must
// then be the directory that it was.
//
// Nothing here throws: what there is no memory for is left and reported. With fixed memory, a sub-directory that there
// is no room to remember or to enter is moved up, into the directory that is to be removed, where there will be: so a
// tree may be as deep as it likes.
class tree_remover {
 public:
  // How much a walk that must not allocate can hold at a time.
  struct fixed_memory {
    std::size_t levels;  // directories that it is in
    std::size_t names;   // bytes of names: of those directories, and of sub-directories to be entered
  };
  // For any tree: names have 255 bytes at most.
  static constexpr fixed_memory enough{.levels = 64, .names = std::size_t{16} * 1024};

  // Takes memory as it needs it. `helpers`: who may help; null: nobody. Throws std::bad_alloc.
  explicit tree_remover(removal_helpers* helpers, int nesting = 0);
  // Takes all of its memory now, so that remove() allocates nothing and may run in a signal handler, as far as the
  // platform's directory_reader may. Reports don't name entries then. Throws std::bad_alloc.
  explicit tree_remover(const fixed_memory& memory);

  // Returns false only for a target that may run out of handles: then it has, and what is left can be tried again.
  bool remove(const removal_target& target, removal_report& report) noexcept;

 private:
  // A directory on the way from the target's directory, which is the first, to where the walk is.
  struct level {
    file_handle directory{};                 // closed while too many others are open; the first one never is
    platform::file_identity identity{};      // known once it was closed
    std::uint64_t position{};                // where reading goes on
    std::size_t name{};                      // where its name begins in names_
    std::size_t first_collected{};           // where the names of its sub-directories begin
    std::size_t collected{};                 // how many they are
    std::size_t entered{};                   // how many have been entered
    std::uintmax_t failed_before{};          // how many failures were reported when it was entered
    std::uintmax_t removed_before{};         // how many entries were removed when its first sub-directory was entered
    std::optional<fs::perms> mode_before{};  // once it was changed, to put it back if it stays
    int rescans{};
    bool may_be_changed{true};  // to give its owner the right to remove what is in it
    bool is_begun{false};       // to be read
    bool is_read{false};        // to what is likely its end
    bool is_at_end{false};      // for certain
    bool is_doubtful{false};    // whether what looks like the end is
    bool may_be_shared{true};   // among several threads
  };

  void step() noexcept;

  bool collect(platform::native_path name) noexcept;
  void forget_name(std::size_t name) noexcept;
  [[nodiscard]] bool has_room_for(platform::native_path name) const noexcept;
  [[nodiscard]] bool has_room_for_level() noexcept;
  void note_lack_of_memory() noexcept;
  [[nodiscard]] std::size_t last_name() const noexcept;
  [[nodiscard]] platform::native_path name_at(std::size_t position) const noexcept;
  [[nodiscard]] fs::path path_of_top() const;

  void report_in_top(platform::native_path name, const std::error_code& error) noexcept;
  void report_top(const std::error_code& error) noexcept;

  void read(level& top) noexcept;
  void begin_reading(level& top, std::error_code& error) noexcept;
  void remove_entry(const platform::directory_entry& entry) noexcept;
  void collect_or_report(platform::native_path name) noexcept;
  [[nodiscard]] bool move_up(platform::native_path name) noexcept;
  void move_to_target(platform::native_path name, std::error_code& error) noexcept;
  template <class Operation>
  void with_rights_on_top(Operation operation, std::error_code& error) noexcept;
  template <class Removal>
  void remove_from_top(platform::native_path name, Removal removal, std::error_code& error) noexcept;

  void enter(std::size_t name) noexcept;
  void check_target(const file_handle& directory, std::error_code& error) const noexcept;
  void give_up_on(std::size_t name, std::error_code error) noexcept;
  file_handle open(platform::native_path name, std::optional<fs::perms>& mode_before, std::error_code& error) noexcept;
  // The first level never is, and neither is the target if something may be moved up to it.
  [[nodiscard]] std::size_t first_that_may_be_closed() const noexcept { return is_fixed_ ? 2 : 1; }
  bool close_farthest() noexcept;
  bool wait_for_handles() noexcept;

  void leave() noexcept;
  bool read_on(level& left) noexcept;
  void open_parent_of_top(std::error_code& error) noexcept;
  void begin_again(const std::error_code& reason) noexcept;

  bool share(level& top) noexcept;

  removal_helpers* helpers_{};
  int nesting_{};
  bool is_fixed_{false};
  platform::directory_reader reader_;
  std::vector<level> levels_;
  // The names of the levels and those collected, in one stack, each with its NUL.
  fs::path::string_type names_;

  const removal_target* target_{};
  removal_report* report_{};
  std::size_t first_open_{};  // those before first_that_may_be_closed() and those from here on are open
  int waits_{};               // for others to close descriptors
  int moves_{};               // by others, of directories that we were in
  int swaps_{};               // by others, of directories that we were about to enter
  bool has_stopped_{};
  bool has_moved_up_{};     // since the target was last read from its beginning
  std::size_t moved_up_{};  // sub-directories, in all
};

// Removes what has a NUL-terminated path that ends in a name. A directory is entered only under `condition`; null:
// whichever it is. Allocates nothing if the remover doesn't. Cuts the path in two, which takes room for one more
// character.
void remove_by_path(tree_remover& remover, fs::path::value_type* path, const entry_condition* condition,
                    removal_report& report) noexcept;

}  // namespace tempfile::inline v0_1::internal
