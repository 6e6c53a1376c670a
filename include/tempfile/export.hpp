/// \file
/// Marks what the shared library shows to its users; everything else is hidden.
#pragma once

// A macro, because the attribute's spelling depends on the compiler and on how the library was built.
#if defined(_WIN32) && defined(TEMPFILE_SHARED)
#if defined(TEMPFILE_BUILDING)
#define TEMPFILE_EXPORT __declspec(dllexport)
#else
#define TEMPFILE_EXPORT __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define TEMPFILE_EXPORT [[gnu::visibility("default")]]
#else
#define TEMPFILE_EXPORT
#endif
