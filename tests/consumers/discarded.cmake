# Who makes an owner and gives it no name, which is gone in the same line, is told by the compiler.
set(source "${BUILD}/discarded.cpp")
foreach(owner IN ITEMS "temporary_file{}" "named_temporary_file{}" "spooled_temporary_file{}" "temporary_directory{}"
    "replacing_file{\"f\"}" "temporary_path{\"f\"}" "temporary_directory{tempfile::options{}}" "mkstemp()")
  foreach(name IN ITEMS "" "const auto named = ")
    file(WRITE "${source}" "#include <tempfile/tempfile.hpp>\nint main() { ${name}tempfile::${owner}; }\n")
    execute_process(
      COMMAND "${COMPILER}" -std=c++20 -Wall -Wno-unused-variable -Werror -fsyntax-only -I "${TEMPFILE_SOURCE}/include"
        "${source}"
      RESULT_VARIABLE status ERROR_VARIABLE complaint)
    if(name STREQUAL "" AND (status EQUAL 0 OR NOT complaint MATCHES "nodiscard"))
      message(FATAL_ERROR "${owner}; was not refused as it should be: ${complaint}")
    elseif(NOT name STREQUAL "" AND NOT status EQUAL 0)
      message(FATAL_ERROR "${name}${owner}; was refused: ${complaint}")
    endif()
  endforeach()
endforeach()
