# SPDX-License-Identifier: Apache-2.0
# The Debian package of the programs: `cpack` in a build folder makes metabatch_VERSION_ARCH.deb. What the programs link is
# found by dpkg-shlibdeps; what Qt loads while they run it cannot see.
include(GNUInstallDirs)
set(docs ${CMAKE_INSTALL_DATADIR}/doc/metabatch)
install(FILES ${PROJECT_SOURCE_DIR}/resources/systemd/metabatch.service DESTINATION lib/systemd/system COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/grafana/metabatch.json DESTINATION ${CMAKE_INSTALL_DATADIR}/metabatch/grafana
  COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/prometheus/alerts.yml DESTINATION ${CMAKE_INSTALL_DATADIR}/metabatch/prometheus
  COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/debian/copyright ${PROJECT_SOURCE_DIR}/README.md
  ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/docs/runbook.md DESTINATION ${docs} COMPONENT programs)

# What is packed was built before: packing one component does not build everything.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME metabatch)
set(CPACK_PACKAGE_CONTACT "The metabatch project <metabatch@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "batches agents' metadata into a database, and shows how it does")
set(CPACK_PACKAGE_DESCRIPTION
"Takes the small key/value reports that many agents send every few seconds, keeps the newest value of each key, writes them
to PostgreSQL or SQLite one statement per batch and tells listeners which agents changed in a few notifications.
The headless program (with a service for systemd) and the desktop window.")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME metabatch)
set(CPACK_DEBIAN_PROGRAMS_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION_SUMMARY}\n${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS "libqt6sql6-sqlite, libqt6sql6-psql")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "qt6-wayland, gnome-keyring | kwalletmanager | keepassxc")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SUGGESTS "postgresql")
set(CPACK_DEBIAN_PROGRAMS_DEBUGINFO_PACKAGE OFF)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
