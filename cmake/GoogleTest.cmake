# Makes GTest::gtest. Preferred are the sources of the package googletest, because what is built here has the same
# sanitizer and the same standard library as the tests; a compiled GoogleTest has those of its distribution.
set(TEMPFILE_GOOGLETEST_SOURCES /usr/src/googletest CACHE PATH "GoogleTest's sources, if they are here")

if(EXISTS "${TEMPFILE_GOOGLETEST_SOURCES}/CMakeLists.txt")
  set(BUILD_GMOCK OFF)
  set(INSTALL_GTEST OFF)
  add_subdirectory("${TEMPFILE_GOOGLETEST_SOURCES}" googletest EXCLUDE_FROM_ALL)
  if(NOT TARGET GTest::gtest)
    add_library(GTest::gtest ALIAS gtest)
  endif()
else()
  find_package(GTest)
  if(NOT GTest_FOUND)
    message(FATAL_ERROR
      "The tests need GoogleTest. Install it (the package googletest on Debian and Ubuntu), or set "
      "TEMPFILE_GOOGLETEST_SOURCES to its source directory, or do without the tests: -D TEMPFILE_BUILD_TESTS=OFF")
  endif()
endif()
include(GoogleTest)
