# SPDX-License-Identifier: Apache-2.0
# What `find_package(metabatch)` finds in an install tree: the target metabatch::core.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/metabatch)

install(TARGETS metabatch_core EXPORT metabatchTargets COMPONENT core
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT metabatchTargets NAMESPACE metabatch:: DESTINATION ${package_dir} COMPONENT core)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/metabatchConfig.cmake.in
  ${PROJECT_BINARY_DIR}/metabatchConfig.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/metabatchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/metabatchConfig.cmake ${PROJECT_BINARY_DIR}/metabatchConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT core)
