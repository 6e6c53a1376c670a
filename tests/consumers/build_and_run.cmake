# Configures, builds and runs the stranger's project SOURCE from scratch in BUILD. It is told of both the installation in
# PREFIX and the source tree TEMPFILE_SOURCE, and takes what it is about. A project without a program is installed into
# PREFIX instead of being run.
file(REMOVE_RECURSE "${BUILD}")
string(REGEX REPLACE "([^,]+),?" "-D;\\1;" definitions "${DEFINE}")
execute_process(
  COMMAND ${CMAKE_COMMAND} -S "${SOURCE}" -B "${BUILD}" -G "${GENERATOR}" --no-warn-unused-cli
    -D "CMAKE_BUILD_TYPE=${CONFIG}"
    -D "CMAKE_CXX_COMPILER=${COMPILER}"
    -D "CMAKE_CXX_FLAGS=${FLAGS}"
    -D "CMAKE_PREFIX_PATH=${PREFIX}"
    -D "TEMPFILE_SOURCE=${TEMPFILE_SOURCE}"
    -D "TEMPFILE_PLATFORM=${PLATFORM}"
    -D "BUILD_SHARED_LIBS=${SHARED}"
    ${definitions}
    -D "FETCHCONTENT_SOURCE_DIR_TEMPFILE=${TEMPFILE_SOURCE}"
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build "${BUILD}" --config "${CONFIG}" --parallel 2
  COMMAND_ERROR_IS_FATAL ANY)
find_program(STRANGER stranger PATHS "${BUILD}" "${BUILD}/${CONFIG}" NO_DEFAULT_PATH)
if(STRANGER)
  execute_process(COMMAND "${STRANGER}" COMMAND_ERROR_IS_FATAL ANY)
else()
  file(REMOVE_RECURSE "${PREFIX}")
  execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD}" --config "${CONFIG}" --prefix "${PREFIX}"
    COMMAND_ERROR_IS_FATAL ANY)
endif()
