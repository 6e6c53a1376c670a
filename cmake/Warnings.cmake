# What the project's own code must compile without. Never part of a target's interface: a user's warnings are the user's.
function(tempfile_warnings target)
  if(MSVC)
    target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${TEMPFILE_WERROR}>:/WX>)
  else()
    target_compile_options(${target} PRIVATE
      -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${TEMPFILE_WERROR}>:-Werror>)
  endif()
endfunction()
