# Runs PROGRAM with the empty directory SCRATCH as its TMPDIR. It must succeed, print exactly what the file EXPECTED
# holds, nothing on standard error, and leave nothing behind.
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${SCRATCH}")
file(CHMOD "${SCRATCH}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
set(ENV{TMPDIR} "${SCRATCH}")
unset(ENV{TEMPFILE_KEEP})

execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE output ERROR_VARIABLE complaint RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "ended with ${status}\n${output}${complaint}")
endif()
if(NOT complaint STREQUAL "")
  message(FATAL_ERROR "printed on standard error:\n${complaint}")
endif()

file(READ "${EXPECTED}" expected)
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "printed\n${output}\ninstead of\n${expected}")
endif()

file(GLOB left_behind LIST_DIRECTORIES true "${SCRATCH}/*" "${SCRATCH}/.*")
if(left_behind)
  message(FATAL_ERROR "left behind: ${left_behind}")
endif()
