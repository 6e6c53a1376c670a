# Sets `result` to "major.minor.patch" as the version header says, so that the version is written down once.
function(tempfile_read_version header result)
  # A new version number must reach the package files: configure again when the header changes.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${header}")
  file(STRINGS ${header} lines REGEX "^#define TEMPFILE_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
  list(TRANSFORM lines REPLACE "^#define TEMPFILE_VERSION_[A-Z]+ " "")
  list(JOIN lines "." version)
  if(NOT version MATCHES "^[0-9]+\\.[0-9]+\\.[0-9]+$")
    message(FATAL_ERROR "${header} does not define the three numbers of the version")
  endif()
  set(${result} ${version} PARENT_SCOPE)
endfunction()
