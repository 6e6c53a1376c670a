/// \file
/// Temporary files and directories for C++: all of it.
///
/// A thread must not be cancelled (pthread_cancel) while it is in one of the functions that are noexcept: as in the
/// standard library, that ends the process. Disable cancellation around them.

/// \namespace tempfile
/// Everything in this library.
///
/// Files: temporary_file, named_temporary_file, spooled_temporary_file. Directories: temporary_directory, glob(),
/// remove_tree(). Names: temporary_path. By hand: mkstemp(), mkdtemp(), file_handle. Putting in place: write_file(),
/// replacing_file, persist_options. Where: gettempdir(), settempdir(). The end: cleanup_on_signals(), cleanup_now(),
/// take_over(). Errors: errc, set_cleanup_error_hook().
#pragma once

#include <tempfile/cleanup.hpp>
#include <tempfile/error.hpp>
#include <tempfile/file_handle.hpp>
#include <tempfile/file_stream.hpp>
#include <tempfile/filebuf.hpp>
#include <tempfile/glob.hpp>
#include <tempfile/lease.hpp>
#include <tempfile/location.hpp>
#include <tempfile/mkstemp.hpp>
#include <tempfile/named_temporary_file.hpp>
#include <tempfile/options.hpp>
#include <tempfile/persist.hpp>
#include <tempfile/remove_tree.hpp>
#include <tempfile/replacing_file.hpp>
#include <tempfile/spooled_temporary_file.hpp>
#include <tempfile/temporary_directory.hpp>
#include <tempfile/temporary_file.hpp>
#include <tempfile/temporary_path.hpp>
#include <tempfile/version.hpp>
