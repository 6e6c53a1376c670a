# What the shared library shows to others. Without BUILD_SHARED_LIBS one is compiled for this test alone, as one source. A
# sanitizer exports symbols of its own, so there is nothing to be seen with one.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  add_library(tempfile_exports SHARED ${policy_sources} ${platform_sources} ${seam_sources})
  target_include_directories(tempfile_exports PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(tempfile_exports PRIVATE cxx_std_20)
  target_compile_definitions(tempfile_exports PRIVATE TEMPFILE_SHARED TEMPFILE_BUILDING)
  target_link_libraries(tempfile_exports PRIVATE Threads::Threads)
  set_target_properties(tempfile_exports PROPERTIES
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  add_test(NAME exports.only_what_the_headers_declare
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/check_exports $<TARGET_FILE:tempfile_exports> ${PROJECT_SOURCE_DIR}/include)
  if(NOT BUILD_SHARED_LIBS)
    add_subdirectory(plugins)
  endif()
endif()
