cmake_policy(VERSION 3.22)
# Installs both kinds of the library into one prefix, and sees each kind of consumer get the one that it asks for.
file(REMOVE_RECURSE "${BUILD}" "${PREFIX}")
foreach(kind IN ITEMS static shared)
  if(kind STREQUAL "shared")
    set(shared ON)
  else()
    set(shared OFF)
  endif()
  execute_process(COMMAND ${CMAKE_COMMAND} -S "${TEMPFILE_SOURCE}" -B "${BUILD}/${kind}" -G "${GENERATOR}"
    -D "CMAKE_BUILD_TYPE=${CONFIG}" -D "CMAKE_CXX_COMPILER=${COMPILER}" -D "CMAKE_CXX_FLAGS=${FLAGS}"
    -D "TEMPFILE_PLATFORM=${PLATFORM}" -D BUILD_SHARED_LIBS=${shared} -D CMAKE_UNITY_BUILD=ON
    -D CMAKE_UNITY_BUILD_BATCH_SIZE=0 -D TEMPFILE_BUILD_TESTS=OFF -D TEMPFILE_BUILD_EXAMPLES=OFF
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  execute_process(COMMAND ${CMAKE_COMMAND} --build "${BUILD}/${kind}" --config "${CONFIG}" --parallel 2
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD}/${kind}" --config "${CONFIG}" --prefix "${PREFIX}"
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endforeach()

foreach(kind IN ITEMS static shared)
  execute_process(COMMAND ${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}/component" -B "${BUILD}/uses_${kind}"
    -G "${GENERATOR}" -D "CMAKE_BUILD_TYPE=${CONFIG}" -D "CMAKE_CXX_COMPILER=${COMPILER}" -D "CMAKE_CXX_FLAGS=${FLAGS}"
    -D "CMAKE_PREFIX_PATH=${PREFIX}" -D KIND=${kind}
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  execute_process(COMMAND ${CMAKE_COMMAND} --build "${BUILD}/uses_${kind}" --config "${CONFIG}" COMMAND_ERROR_IS_FATAL ANY)
  find_program(PKG_CONFIG pkg-config)
  if(PKG_CONFIG)  # as in a makefile
    execute_process(COMMAND ${CMAKE_COMMAND} -E env "PKG_CONFIG_PATH=${PREFIX}/lib/pkgconfig:${PREFIX}/lib64/pkgconfig"
      "${PKG_CONFIG}" --cflags --libs tempfile-${kind} OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
      COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${FLAGS} ${flags}")
    execute_process(COMMAND "${COMPILER}" -std=c++20 "${CMAKE_CURRENT_LIST_DIR}/main.cpp" ${flags}
      -o "${BUILD}/uses_${kind}/by_pkg_config" COMMAND_ERROR_IS_FATAL ANY)
  endif()
  foreach(how IN ITEMS by_package by_pkg_config)
    set(program "${BUILD}/uses_${kind}/${how}")
    if(NOT EXISTS "${program}")
      continue()  # without pkg-config
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} -E env "LD_LIBRARY_PATH=${PREFIX}/lib:${PREFIX}/lib64:$ENV{LD_LIBRARY_PATH}"
      "${program}" COMMAND_ERROR_IS_FATAL ANY)
    file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${program}" RESOLVED_DEPENDENCIES_VAR found
      UNRESOLVED_DEPENDENCIES_VAR missing)
    string(FIND "${found};${missing}" "libtempfile" at)
    if((kind STREQUAL "shared" AND at EQUAL -1) OR (kind STREQUAL "static" AND NOT at EQUAL -1))
      message(FATAL_ERROR "${how} asked for the ${kind} library and was linked with: ${found} ${missing}")
    endif()
  endforeach()
endforeach()
