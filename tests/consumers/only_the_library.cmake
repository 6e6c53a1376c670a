# A stranger gets the library, and not its tests, examples or GoogleTest.
get_target_property(directory tempfile SOURCE_DIR)
get_property(targets DIRECTORY "${directory}" PROPERTY BUILDSYSTEM_TARGETS)
get_property(subdirectories DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
list(SORT targets)
if(NOT targets STREQUAL "tempfile;tempfile_objects" OR subdirectories)
  message(FATAL_ERROR "more than the library came in: ${targets} ${subdirectories}")
endif()
