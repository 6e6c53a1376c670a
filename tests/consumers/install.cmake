# Installs the build tree BUILD somewhere, and moves the installation to PREFIX.
file(REMOVE_RECURSE "${PREFIX}" "${PREFIX}.made")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD}" --config "${CONFIG}" --prefix "${PREFIX}.made"
  COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${PREFIX}.made" "${PREFIX}")
