# The platform is chosen here, by folder, so that no function needs an #ifdef.
#
# A platform is a list of folders under src/platform, which together define each operation of its headers once: a missing
# one does not link. The folders have the same file names, one for each header. The first one's are of all platforms; of
# the others, a file in a later folder takes the place of the one in an earlier. calls.cpp is the seam, which the tests
# replace.

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(default_platform linux)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Emscripten")
  set(default_platform emscripten)
else()
  set(default_platform posix)
endif()
set(TEMPFILE_PLATFORM ${default_platform} CACHE STRING "Which system calls to use: linux, posix or emscripten")
set_property(CACHE TEMPFILE_PLATFORM PROPERTY STRINGS linux posix emscripten)

set(TEMPFILE_PLATFORM_FOLDERS_posix posix portable)
set(TEMPFILE_PLATFORM_FOLDERS_linux posix linux)
set(TEMPFILE_PLATFORM_FOLDERS_emscripten posix portable emscripten)

# Sets `sources` to the files of the chosen platform, and `seam` to its calls.cpp files.
function(tempfile_platform_sources sources seam)
  if(NOT DEFINED TEMPFILE_PLATFORM_FOLDERS_${TEMPFILE_PLATFORM})
    message(FATAL_ERROR "TEMPFILE_PLATFORM is '${TEMPFILE_PLATFORM}'; it can be linux, posix or emscripten")
  endif()
  set(folders ${TEMPFILE_PLATFORM_FOLDERS_${TEMPFILE_PLATFORM}})
  list(POP_FRONT folders of_all)
  set(files "")
  foreach(folder IN LISTS folders)
    file(GLOB in_folder CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/platform/${folder}/*.cpp")
    foreach(file IN LISTS in_folder)
      get_filename_component(name "${file}" NAME)
      list(FILTER files EXCLUDE REGEX "/${name}$")
    endforeach()
    list(APPEND files ${in_folder})
  endforeach()
  file(GLOB in_folder CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/platform/${of_all}/*.cpp")
  list(APPEND files ${in_folder})
  set(calls ${files})
  list(FILTER calls INCLUDE REGEX "/calls\\.cpp$")
  list(FILTER files EXCLUDE REGEX "/calls\\.cpp$")
  set(${sources} "${files}" PARENT_SCOPE)
  set(${seam} "${calls}" PARENT_SCOPE)
endfunction()

# What the browser's platform needs of whoever compiles and links with em++: exceptions, which it leaves out unless asked,
# and right answers from two system calls. (Version 4 gives them itself, by its sources; 3.1.6 was tried.)
function(tempfile_platform_options target)
  if(NOT TEMPFILE_PLATFORM STREQUAL "emscripten")
    return()
  endif()
  target_compile_options(${target} PUBLIC -fexceptions)
  target_link_options(${target} INTERFACE -fexceptions)
  if(EMSCRIPTEN_VERSION VERSION_LESS 4)
    include(GNUInstallDirs)
    target_link_options(${target} INTERFACE
      $<BUILD_INTERFACE:--js-library=${PROJECT_SOURCE_DIR}/src/platform/emscripten/system_calls.js>
      $<INSTALL_INTERFACE:--js-library=$<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBDIR}/tempfile/system_calls.js>)
  endif()
endfunction()
