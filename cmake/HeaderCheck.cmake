# SPDX-License-Identifier: Apache-2.0
# Target `header_check`: every header compiles on its own, so that including one never depends on what came before.
add_custom_target(header_check)
add_dependencies(header_check metabatch_core_verify_interface_header_sets)

# The rooms under qtapp/ are no installed libraries and have no header sets: one source a header is written for them.
foreach(room engine sql service models cli gui)
  if(NOT TARGET metabatch_${room})
    continue()
  endif()
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/qtapp ${PROJECT_SOURCE_DIR}/qtapp/${room}/*.hpp)
  set(sources)
  foreach(header IN LISTS headers)
    set(source ${PROJECT_BINARY_DIR}/header_check/${header}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
  if(sources)
    add_library(header_check_${room} OBJECT EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(header_check_${room} PRIVATE metabatch_${room})
    add_dependencies(header_check header_check_${room})
  endif()
endforeach()
