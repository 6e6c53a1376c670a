# The platform is chosen here, by folder, so that no function needs an #ifdef.
#
# A platform is a list of folders under src/platform, which together define each operation of its headers once: a missing
# one does not link. The folders have the same file names, one for each header. calls.cpp is the seam, which the tests
# replace.

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(default_platform linux)
else()
  set(default_platform posix)
endif()
set(TEMPFILE_PLATFORM ${default_platform} CACHE STRING "Which system calls to use: linux or posix")
set_property(CACHE TEMPFILE_PLATFORM PROPERTY STRINGS linux posix)

set(TEMPFILE_PLATFORM_FOLDERS_posix posix portable)
set(TEMPFILE_PLATFORM_FOLDERS_linux posix linux)

# Sets `sources` to the files of the chosen platform, and `seam` to its calls.cpp files.
function(tempfile_platform_sources sources seam)
  if(NOT DEFINED TEMPFILE_PLATFORM_FOLDERS_${TEMPFILE_PLATFORM})
    message(FATAL_ERROR "TEMPFILE_PLATFORM is '${TEMPFILE_PLATFORM}'; it can be linux or posix")
  endif()
  set(files "")
  foreach(folder IN LISTS TEMPFILE_PLATFORM_FOLDERS_${TEMPFILE_PLATFORM})
    file(GLOB in_folder CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/platform/${folder}/*.cpp")
    list(APPEND files ${in_folder})
  endforeach()
  set(calls ${files})
  list(FILTER calls INCLUDE REGEX "/calls\\.cpp$")
  list(FILTER files EXCLUDE REGEX "/calls\\.cpp$")
  set(${sources} "${files}" PARENT_SCOPE)
  set(${seam} "${calls}" PARENT_SCOPE)
endfunction()
