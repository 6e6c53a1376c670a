# cmake --install: headers, library, the files for find_package() and pkg-config, the license.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS tempfile EXPORT tempfileTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY include/tempfile DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tempfile")
install(EXPORT tempfileTargets NAMESPACE tempfile:: DESTINATION "${package_dir}")
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
if(BUILD_SHARED_LIBS)
  string(APPEND pc_cflags " -DTEMPFILE_SHARED")
elseif(CMAKE_THREAD_LIBS_INIT)
  # Only the static library is there, so whoever links it needs what it needs, with or without --static.
  string(APPEND pc_libs " ${CMAKE_THREAD_LIBS_INIT}")
endif()
configure_file(cmake/tempfile.pc.in tempfile.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/tempfile.pc" DESTINATION "${pc_dir}")
