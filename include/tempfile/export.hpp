/// \file
/// Marks what the shared library shows to its users; everything else is hidden, and of a static library all is, so that
/// who embeds it in a library of its own exports nothing of it.
#pragma once

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#error "tempfile needs C++20: compile with -std=c++20 or later"
// There is no such header. A compiler goes on after #error, for pages; after this it does not.
#include <tempfile/needs_a_newer_standard.hpp>
#endif

// A macro, because the attribute's spelling depends on the compiler and on how the library was built.
#if defined(_WIN32) && defined(TEMPFILE_SHARED)
#if defined(TEMPFILE_BUILDING)
#define TEMPFILE_EXPORT __declspec(dllexport)
#else
#define TEMPFILE_EXPORT __declspec(dllimport)
#endif
#elif defined(__GNUC__) && defined(TEMPFILE_SHARED)
#define TEMPFILE_EXPORT [[gnu::visibility("default")]]
#else
#define TEMPFILE_EXPORT
#endif
