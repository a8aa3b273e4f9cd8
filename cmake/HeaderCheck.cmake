# SPDX-License-Identifier: Apache-2.0
# Target `header_check`: every header compiles on its own, so that including one never depends on what came before.
# The installed ones are checked by their header set; for the others one source a header is written.
add_custom_target(header_check)
add_dependencies(header_check metabatch_core_verify_interface_header_sets)

# Checks the headers under folder/below, included as `below/x.hpp`, with what `library`, and any named after it, give to their users.
function(check_headers library folder below)
  if(NOT TARGET ${library})
    return()
  endif()
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
    target_include_directories(header_check_${below} PRIVATE ${folder})
    target_compile_options(header_check_${below} PRIVATE -O0 -g0)  # only whether it compiles is asked
    add_dependencies(header_check header_check_${below})
  endif()
endfunction()

check_headers(metabatch_core ${PROJECT_SOURCE_DIR}/core src)
check_headers(metabatch_test_support ${PROJECT_SOURCE_DIR}/tests support metabatch_engine Qt6::Test)
foreach(room engine feed sql service models cli gui)
  check_headers(metabatch_${room} ${PROJECT_SOURCE_DIR}/qtapp ${room})
endforeach()
