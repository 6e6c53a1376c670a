# cmake --install: headers, library, the files for find_package() and pkg-config, the license.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The static and the shared library may be installed into one prefix. What is called after neither is of both: the package
# file takes what is asked for, and tempfile.pc is of the shared one if there is one.
set(kind static)
if(BUILD_SHARED_LIBS)
  set(kind shared)
endif()

install(TARGETS tempfile EXPORT tempfile-${kind} INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY include/tempfile DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
if(TEMPFILE_PLATFORM STREQUAL "emscripten")
  install(FILES src/platform/emscripten/system_calls.js DESTINATION "${CMAKE_INSTALL_LIBDIR}/tempfile")
endif()
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tempfile")
install(EXPORT tempfile-${kind} NAMESPACE tempfile:: DESTINATION "${package_dir}")
# Before 1.0.0 a new minor version may change the interface.
write_basic_package_version_file(tempfileConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/tempfileConfig.cmake "${CMAKE_CURRENT_BINARY_DIR}/tempfileConfigVersion.cmake"
  DESTINATION "${package_dir}")

# tempfile.pc finds its prefix from where it lies itself, so that the whole installation can be moved.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH way_up "/${pc_dir}" "/")
  string(REGEX REPLACE "/$" "" way_up "${way_up}")
  set(pc_prefix "\${pcfiledir}/${way_up}")
endif()
set(pc_libdir "\${prefix}")
cmake_path(APPEND pc_libdir "${CMAKE_INSTALL_LIBDIR}")
set(pc_includedir "\${prefix}")
cmake_path(APPEND pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
set(pc_cflags "-I\${includedir}")
set(pc_libs "-L\${libdir} -ltempfile")
set(pc_threads "")
if(BUILD_SHARED_LIBS)
  string(APPEND pc_cflags " -DTEMPFILE_SHARED")
elseif(CMAKE_THREAD_LIBS_INIT)
  # Whoever links the static library needs what it needs, with or without --static.
  set(pc_threads " ${CMAKE_THREAD_LIBS_INIT}")
  string(APPEND pc_libs "${pc_threads}")
endif()
configure_file(cmake/tempfile.pc.in tempfile.pc @ONLY)
if(NOT BUILD_SHARED_LIBS AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(pc_libs "-L\${libdir} -l:libtempfile.a${pc_threads}")  # not the shared one that may be beside it
endif()
configure_file(cmake/tempfile.pc.in tempfile-${kind}.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/tempfile-${kind}.pc" DESTINATION "${pc_dir}")

set(installed_pc_dir "\$ENV{DESTDIR}${pc_dir}")
if(NOT IS_ABSOLUTE "${pc_dir}")
  set(installed_pc_dir "\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${pc_dir}")
endif()
install(CODE "
  if(\"${kind}\" STREQUAL \"shared\" OR NOT EXISTS \"${installed_pc_dir}/tempfile-shared.pc\")
    configure_file(\"${CMAKE_CURRENT_BINARY_DIR}/tempfile.pc\" \"${installed_pc_dir}/tempfile.pc\" COPYONLY)
  endif()")
