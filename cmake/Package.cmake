# SPDX-License-Identifier: Apache-2.0
# The Debian packages: `cpack` in a build folder makes
#   metabatch          the headless program, its service, manual pages and completions
#   metabatch-desktop  the window
#   libmetabatch-dev   the core for C++ programs, with its CMake and pkg-config files
#   metabatch-page     the page as a static site, where it has been built (./dev package builds it)
# What the programs link is found by dpkg-shlibdeps; what Qt loads while they run it cannot see.
include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(share ${CMAKE_INSTALL_DATADIR}/metabatch)
set(resources ${PROJECT_SOURCE_DIR}/resources)
install(FILES ${resources}/systemd/metabatch.service DESTINATION lib/systemd/system COMPONENT programs)
install(FILES ${resources}/grafana/metabatch.json DESTINATION ${share}/grafana COMPONENT programs)
install(FILES ${resources}/prometheus/alerts.yml DESTINATION ${share}/prometheus COMPONENT programs)

# Manual pages and completions are written from what the installed programs print for --help.
function(install_manual component program)
  install(CODE "
    execute_process(COMMAND \"${Python3_EXECUTABLE}\" -B \"${PROJECT_SOURCE_DIR}/cmake/manual.py\"
      \"$<TARGET_FILE:${program}>\" ${PROJECT_VERSION} \"${PROJECT_BINARY_DIR}/manual/${program}\" COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND sh -c \"gzip -9nf '${PROJECT_BINARY_DIR}/manual/${program}/man1'/*.1\" COMMAND_ERROR_IS_FATAL ANY)"
    COMPONENT ${component})
  set(from ${PROJECT_BINARY_DIR}/manual/${program})
  install(DIRECTORY ${from}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT ${component})
  install(DIRECTORY ${from}/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
  install(DIRECTORY ${from}/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component})
  install(DIRECTORY ${from}/fish/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ${component})
endfunction()
install_manual(programs metabatch)
if(TARGET metabatch-desktop)  # the preset of ./dev run builds no window
  install_manual(desktop metabatch-desktop)
endif()

# Every package has its copyright and a changelog in Debian's form, dated by the day of the build.
string(TIMESTAMP released "%a, %d %b %Y 00:00:00 +0000" UTC)
set(contact "The metabatch project <metabatch@example.org>")
file(WRITE ${PROJECT_BINARY_DIR}/manual/changelog "metabatch (${PROJECT_VERSION}) unstable; urgency=medium

  * CHANGELOG.md in the package metabatch lists the changes.

 -- ${contact}  ${released}
")
function(install_documents component package)
  set(documents ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${resources}/debian/copyright ${ARGN} DESTINATION ${documents} COMPONENT ${component})
  install(CODE "
    execute_process(COMMAND gzip -9nc \"${PROJECT_BINARY_DIR}/manual/changelog\"
      OUTPUT_FILE \"${PROJECT_BINARY_DIR}/manual/changelog.gz\" COMMAND_ERROR_IS_FATAL ANY)" COMPONENT ${component})
  install(FILES ${PROJECT_BINARY_DIR}/manual/changelog.gz DESTINATION ${documents} COMPONENT ${component})
endfunction()
install_documents(programs metabatch ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  ${PROJECT_SOURCE_DIR}/docs/runbook.md)
install(FILES ${resources}/systemd/config.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/metabatch/examples
  COMPONENT programs)
install_documents(desktop metabatch-desktop)
install_documents(core libmetabatch-dev)
install_documents(page metabatch-page)

configure_file(${CMAKE_CURRENT_LIST_DIR}/metabatch.pc.in ${PROJECT_BINARY_DIR}/metabatch.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/metabatch.pc DESTINATION lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig COMPONENT core)
# The page is built by another preset, into a folder beside this one.
install(DIRECTORY ${PROJECT_BINARY_DIR}/../wasm/site/ DESTINATION ${share}/page COMPONENT page OPTIONAL)

# What is packed was built before: packing one component does not build everything.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME metabatch)
set(CPACK_PACKAGE_CONTACT "${contact}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "batches the metadata of agents into a database")
set(CPACK_PACKAGE_DESCRIPTION
"Takes the small key/value reports that many agents send every few seconds,
keeps the newest value of each key, writes them to PostgreSQL or SQLite with
one statement for each batch, and notifies listeners of the agents that
changed in few messages.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs desktop core)
if(EXISTS ${PROJECT_BINARY_DIR}/../wasm/site/index.html)
  list(APPEND CPACK_COMPONENTS_ALL page)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# package COMPONENT NAME SUMMARY: what the package of a component is called and says of itself.
macro(package component name summary)
  set(CPACK_DEBIAN_${component}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${component}_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_${component}_DESCRIPTION "${summary}\n${CPACK_PACKAGE_DESCRIPTION}")
  set(CPACK_DEBIAN_${component}_DEBUGINFO_PACKAGE OFF)
endmacro()
package(PROGRAMS metabatch "headless metadata batcher with a service and a simulator")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS "libqt6sql6-sqlite, libqt6sql6-psql")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "bash-completion")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SUGGESTS "postgresql, nats-server, metabatch-desktop, metabatch-page")
package(DESKTOP metabatch-desktop "live charts of a metadata batcher (desktop window)")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_DEPENDS "libqt6sql6-sqlite, libqt6sql6-psql")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_RECOMMENDS "qt6-wayland, gnome-keyring | kwalletmanager | keepassxc")
set(CPACK_DEBIAN_DESKTOP_PACKAGE_SUGGESTS "metabatch, postgresql")
package(CORE libmetabatch-dev "metadata batcher for C++ programs (static library)")
set(CPACK_DEBIAN_CORE_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_CORE_PACKAGE_SHLIBDEPS OFF)
package(PAGE metabatch-page "payload inspector and simulator for the browser (static site)")
set(CPACK_DEBIAN_PAGE_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PAGE_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PAGE_PACKAGE_SHLIBDEPS OFF)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
