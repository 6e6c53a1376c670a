# Who compiles for C++17 is told what is missing, and nothing else.
execute_process(
  COMMAND "${COMPILER}" -std=c++17 -fsyntax-only -I "${TEMPFILE_SOURCE}/include" "${CMAKE_CURRENT_LIST_DIR}/main.cpp"
  RESULT_VARIABLE status ERROR_VARIABLE complaint)
if(status EQUAL 0)
  message(FATAL_ERROR "compiled")
endif()
string(REGEX MATCHALL "error: [^\n]*" errors "${complaint}")
list(LENGTH errors count)
if(NOT complaint MATCHES "tempfile needs C\\+\\+20" OR count GREATER 2)
  message(FATAL_ERROR "complained:\n${complaint}")
endif()
