# The platform is chosen here, by folder, so that no function needs an #ifdef.
#
# A platform is a row of folders under src/platform, the general one first. A file of a later folder replaces the file of
# the same name in an earlier one: linux/creation.cpp stands in for posix/creation.cpp. Only calls.cpp, the seam, adds
# up: each folder's holds the system calls that the folder brings in.

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(default_platform linux)
else()
  set(default_platform posix)
endif()
set(TEMPFILE_PLATFORM ${default_platform} CACHE STRING "Which system calls to use: linux or posix")
set_property(CACHE TEMPFILE_PLATFORM PROPERTY STRINGS linux posix)

set(TEMPFILE_PLATFORM_FOLDERS_posix posix)
set(TEMPFILE_PLATFORM_FOLDERS_linux posix linux)

# Sets `sources` to the files of the chosen platform, and `seam` to its calls.cpp files.
function(tempfile_platform_sources sources seam)
  if(NOT DEFINED TEMPFILE_PLATFORM_FOLDERS_${TEMPFILE_PLATFORM})
    message(FATAL_ERROR "TEMPFILE_PLATFORM is '${TEMPFILE_PLATFORM}'; it can be linux or posix")
  endif()
  set(names "")
  set(calls "")
  foreach(folder IN LISTS TEMPFILE_PLATFORM_FOLDERS_${TEMPFILE_PLATFORM})
    file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/platform/${folder}/*.cpp")
    foreach(file IN LISTS files)
      get_filename_component(name "${file}" NAME)
      if(name STREQUAL "calls.cpp")
        list(APPEND calls "${file}")
      else()
        list(APPEND names "${name}")
        set(file_of_${name} "${file}")
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(files "")
  foreach(name IN LISTS names)
    list(APPEND files "${file_of_${name}}")
  endforeach()
  set(${sources} "${files}" PARENT_SCOPE)
  set(${seam} "${calls}" PARENT_SCOPE)
endfunction()
