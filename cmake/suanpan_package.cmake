# Three packages: the server; what operators, auditors and witnesses call; the meter alone, for the
# machines that provide computing power. `./run package` makes them.
include(GNUInstallDirs)
set(deploy "${CMAKE_SOURCE_DIR}/deploy")
set(units lib/systemd/system)

# A package's own example configuration: where its unit lets it write.
file(READ "${deploy}/suanpand.example.toml" settings)
string(REPLACE "data = \"var/suanpand\"" "data = \"/var/lib/suanpan\"" settings "${settings}")
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/package/suanpand.toml" CONTENT "${settings}" @ONLY)

install(TARGETS suanpand COMPONENT suanpand RUNTIME DESTINATION bin)
install(PROGRAMS "${deploy}/backup" DESTINATION bin RENAME suanpan-backup COMPONENT suanpand)
install(PROGRAMS "${deploy}/restore" DESTINATION bin RENAME suanpan-restore COMPONENT suanpand)
install(FILES "${deploy}/suanpand.service" DESTINATION /${units} COMPONENT suanpand)
install(FILES "${CMAKE_BINARY_DIR}/package/suanpand.toml" DESTINATION /etc/suanpan
  COMPONENT suanpand)
install(DIRECTORY "${deploy}/prometheus" "${deploy}/grafana" DESTINATION share/suanpand
  COMPONENT suanpand)
install(FILES "${CMAKE_SOURCE_DIR}/docs/operator.md" "${CMAKE_SOURCE_DIR}/docs/security.md"
  "${CMAKE_SOURCE_DIR}/docs/api.md" "${CMAKE_SOURCE_DIR}/docs/architecture.md"
  "${CMAKE_SOURCE_DIR}/docs/matching.md" DESTINATION share/doc/suanpand COMPONENT suanpand)

install(TARGETS suanpan_cli suanpan_audit COMPONENT suanpan-tools RUNTIME DESTINATION bin)
install(FILES "${deploy}/suanpan-witness.service" DESTINATION /${units} COMPONENT suanpan-tools)
install(FILES "${CMAKE_SOURCE_DIR}/docs/audit.md" DESTINATION share/doc/suanpan-tools
  COMPONENT suanpan-tools)

install(TARGETS suanpan_meter COMPONENT suanpan-meter RUNTIME DESTINATION bin)
install(FILES "${deploy}/suanpan-meter.service" DESTINATION /${units} COMPONENT suanpan-meter)
install(FILES "${deploy}/suanpan-meter.example.toml" DESTINATION /etc/suanpan-meter
  RENAME meter.toml COMPONENT suanpan-meter)
install(FILES "${CMAKE_SOURCE_DIR}/docs/meter.md" DESTINATION share/doc/suanpan-meter
  COMPONENT suanpan-meter)

foreach(package suanpand suanpan-tools suanpan-meter)
  install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION share/doc/${package} RENAME copyright
    COMPONENT ${package})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/packages")
set(CPACK_PACKAGE_CONTACT "Suanpan's authors <suanpan@localhost>")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL suanpand suanpan-tools suanpan-meter)
# What is packaged was built already: without this CPack builds everything.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_SUANPAND_PACKAGE_NAME suanpand)
set(CPACK_DEBIAN_SUANPAND_DESCRIPTION "exchange for computing power: the server
 Matches orders for computing power, meters what is delivered into a log that only grows, and settles
 it. Needs a PostgreSQL 15 or later, here or elsewhere.")
set(CPACK_DEBIAN_SUANPAND_PACKAGE_DEPENDS "passwd, suanpan-tools (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_SUANPAND_PACKAGE_RECOMMENDS "postgresql-client")
set(CPACK_DEBIAN_SUANPAND_PACKAGE_SUGGESTS "postgresql, prometheus")
set(CPACK_DEBIAN_SUANPAND_PACKAGE_CONTROL_EXTRA "${deploy}/debian/suanpand/postinst"
  "${deploy}/debian/suanpand/prerm" "${deploy}/debian/suanpand/postrm"
  "${deploy}/debian/suanpand/conffiles")

set(CPACK_DEBIAN_SUANPAN-TOOLS_PACKAGE_NAME suanpan-tools)
set(CPACK_DEBIAN_SUANPAN-TOOLS_DESCRIPTION "exchange for computing power: command line, audit, witness
 suanpan calls a server; suanpan-audit checks its log without trusting it, and is a witness of logs.")
set(CPACK_DEBIAN_SUANPAN-TOOLS_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_SUANPAN-TOOLS_PACKAGE_CONTROL_EXTRA "${deploy}/debian/suanpan-tools/postinst"
  "${deploy}/debian/suanpan-tools/prerm" "${deploy}/debian/suanpan-tools/postrm")

set(CPACK_DEBIAN_SUANPAN-METER_PACKAGE_NAME suanpan-meter)
set(CPACK_DEBIAN_SUANPAN-METER_DESCRIPTION "exchange for computing power: the meter
 Measures leased computing power on the machine that provides or uses it, and sends signed readings.")
set(CPACK_DEBIAN_SUANPAN-METER_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_SUANPAN-METER_PACKAGE_CONTROL_EXTRA "${deploy}/debian/suanpan-meter/postinst"
  "${deploy}/debian/suanpan-meter/prerm" "${deploy}/debian/suanpan-meter/postrm"
  "${deploy}/debian/suanpan-meter/conffiles")
include(CPack)
