# SPDX-License-Identifier: Apache-2.0
# Target `header_check`: every header compiles on its own, so that the order of includes never
# matters. CMake checks the installed headers by their header set. For the others this file writes
# one source a header. `header_check_core`: those of core alone, which include no library and so take
# an eighth of the time.
add_custom_target(header_check_core)
add_dependencies(header_check_core metabatch_core_verify_interface_header_sets)
add_custom_target(header_check)
add_dependencies(header_check header_check_core)

# Checks the headers under folder/below, included as `below/x.hpp`. They see what the sources of
# `library` see, its generated headers too, and what the targets after it export.
function(check_headers library folder below)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/${below}/*.hpp)
  set(sources)
  foreach(header IN LISTS headers)
    set(source ${PROJECT_BINARY_DIR}/header_check/${header}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
  if(sources)
    add_library(header_check_${below} OBJECT EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(header_check_${below} PRIVATE ${library} ${ARGN})
    target_include_directories(header_check_${below} PRIVATE ${folder}
      $<TARGET_PROPERTY:${library},INCLUDE_DIRECTORIES>)
    target_compile_options(header_check_${below} PRIVATE -O0 -g0)  # the objects are never used
    add_dependencies(header_check header_check_${below})
  endif()
endfunction()

check_headers(metabatch_core ${PROJECT_SOURCE_DIR}/core src)
add_dependencies(header_check_core header_check_src)
if(BUILD_TESTING)
  check_headers(metabatch_test_support ${PROJECT_SOURCE_DIR}/tests support metabatch_engine Qt6::Test)
endif()
check_headers(metabatch_sql ${PROJECT_SOURCE_DIR}/qtapp sql PostgreSQL::PostgreSQL)  # libpq is its own, and not exported
foreach(room engine feed pubsub service models cli)
  check_headers(metabatch_${room} ${PROJECT_SOURCE_DIR}/qtapp ${room})
endforeach()
if(METABATCH_WINDOW)
  check_headers(metabatch_gui ${PROJECT_SOURCE_DIR}/qtapp gui)
endif()
