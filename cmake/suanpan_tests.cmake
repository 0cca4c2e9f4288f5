# tests/<module>/*.cpp -> <module>_tests; tests/integration -> integration_tests.
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
include(GoogleTest)

# tests/support/: helpers of all tests, included as "support/file.hpp".
set(support_root "${CMAKE_BINARY_DIR}/include/tests_support")
suanpan_stage_includes("${support_root}" support "${CMAKE_SOURCE_DIR}/tests/support")
file(GLOB_RECURSE support_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/support/*.cpp")
suanpan_library(suanpan_test_support "${support_root}" SOURCES ${support_sources} DEPS base
  LIBS GTest::gtest rapidcheck rapidcheck_gtest PkgConfig::libpq)

# suanpan_tests(<folder below tests/> LINK <targets> [LABEL <label>] [PROCESSORS <number>])
function(suanpan_tests name)
  cmake_parse_arguments(arg "" "LABEL;PROCESSORS" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  string(MAKE_C_IDENTIFIER "${name}_tests" target)
  add_executable(${target} ${sources})
  suanpan_unite(${target})
  # Helpers beside the tests are included as "tests/<folder>/file.hpp".
  set(root "${CMAKE_BINARY_DIR}/include/tests_${name}")
  suanpan_stage_includes("${root}" "tests/${name}" "${CMAKE_SOURCE_DIR}/tests/${name}")
  target_include_directories(${target} PRIVATE "${root}")
  target_compile_definitions(${target} PRIVATE SUANPAN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE
    ${arg_LINK} suanpan_test_support GTest::gtest_main suanpan_flags)
  # The time-out is for tests that hang, not for slow ones: with sanitizers, the longest takes 50 s
  # on a machine that does nothing else.
  gtest_discover_tests(${target}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 LABELS "${arg_LABEL}" PROCESSORS ${arg_PROCESSORS}
      ENVIRONMENT "SUANPAN_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endfunction()

foreach(module base matching settlement ledger core client)
  suanpan_tests(${module} LINK suanpan_${module} LABEL unit)
endforeach()
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  target_compile_definitions(matching_tests PRIVATE SUANPAN_SANITIZED)
endif()
# These need a server: SUANPAN_TEST_PG is the libpq connection string of a private cluster's owner.
foreach(module db services)
  suanpan_tests(${module} LINK suanpan_${module} LABEL postgres)
endforeach()
suanpan_tests(api LINK suanpan_api openapi_page_lib LABEL postgres)
suanpan_tests(suanpand LINK suanpand_lib LABEL unit)
suanpan_tests(suanpan LINK suanpan_cli_lib LABEL unit)
suanpan_tests(suanpan-audit LINK suanpan_audit_lib LABEL unit)
suanpan_tests(suanpan-demo LINK suanpan_demo_lib LABEL unit)
suanpan_tests(suanpan-meter LINK suanpan_meter_lib LABEL unit)
if(TARGET suanpan_meter_tests)
  # What a machine with NVIDIA's driver has; opened by its path, never linked.
  add_library(fake_nvml MODULE "${CMAKE_SOURCE_DIR}/tests/fake-nvml/fake_nvml.cpp")
  set_target_properties(fake_nvml PROPERTIES OUTPUT_NAME fake-nvidia-ml
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  # As the real one is, so that its handles may be of a type of its own.
  target_compile_options(fake_nvml PRIVATE -fno-sanitize=all)
  add_dependencies(suanpan_meter_tests fake_nvml)
endif()
suanpan_tests(style LABEL style)
suanpan_tests(harness LABEL postgres)
suanpan_tests(integration LINK suanpan_api openapi_page_lib suanpan_client suanpan_meter_lib
  LABEL integration
  PROCESSORS 2)
if(TARGET integration_tests)
  # They run the programs.
  foreach(program suanpand suanpan_cli suanpan_audit suanpan_demo suanpan_meter)
    if(TARGET ${program})
      add_dependencies(integration_tests ${program})
    endif()
  endforeach()
endif()

# tests/chaos -> suanpan-chaos, which ./run chaos runs; it takes the tests' witness, and what it loads
# into the servers to make their world unkind.
file(GLOB chaos_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/chaos/*.cpp")
set(chaos_root "${CMAKE_BINARY_DIR}/include/tests_chaos")
suanpan_stage_includes("${chaos_root}" "tests/chaos" "${CMAKE_SOURCE_DIR}/tests/chaos")
add_executable(suanpan_chaos ${chaos_sources}
  "${CMAKE_SOURCE_DIR}/tests/integration/witness_server.cpp")
suanpan_unite(suanpan_chaos)
set_target_properties(suanpan_chaos PROPERTIES OUTPUT_NAME suanpan-chaos)
target_include_directories(suanpan_chaos PRIVATE "${chaos_root}"
  "${CMAKE_BINARY_DIR}/include/tests_integration")
target_compile_definitions(suanpan_chaos PRIVATE SUANPAN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
target_link_libraries(suanpan_chaos PRIVATE suanpan_api suanpan_client suanpan_demo_lib
  suanpan_test_support CLI11::CLI11 suanpan_flags)
add_library(unkind_world MODULE "${CMAKE_SOURCE_DIR}/tests/chaos-preload/unkind_world.cpp")
set_target_properties(unkind_world PROPERTIES LIBRARY_OUTPUT_DIRECTORY
  "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" OUTPUT_NAME unkind-world)
target_include_directories(unkind_world PRIVATE "${chaos_root}")
target_link_libraries(unkind_world PRIVATE suanpan_flags)
target_compile_options(unkind_world PRIVATE -fno-sanitize=all)
add_dependencies(suanpan_chaos unkind_world suanpand suanpan_audit)

# The client for portals, where `./run` or `npm ci` has fetched what it is built with.
find_program(SUANPAN_NODE node)
find_program(SUANPAN_NPM npm)
set(typescript "${CMAKE_SOURCE_DIR}/client/typescript")
file(GLOB typescript_packages CONFIGURE_DEPENDS "${typescript}/node_modules/.package-lock.json")
if(SUANPAN_NODE AND SUANPAN_NPM AND typescript_packages AND TARGET integration_tests)
  file(GLOB typescript_sources CONFIGURE_DEPENDS "${typescript}/*.json" "${typescript}/src/*.ts")
  list(REMOVE_ITEM typescript_sources "${typescript}/src/schema.ts")
  set(typescript_stamp "${CMAKE_BINARY_DIR}/generated/typescript.stamp")
  add_custom_command(
    OUTPUT "${typescript_stamp}"
    COMMAND "${SUANPAN_NPM}" run --silent build
    COMMAND "${CMAKE_COMMAND}" -E touch "${typescript_stamp}"
    DEPENDS "${CMAKE_SOURCE_DIR}/api/openapi.yaml" ${typescript_sources} ${typescript_packages}
    WORKING_DIRECTORY "${typescript}"
    COMMENT "Building the TypeScript client"
    VERBATIM)
  add_custom_target(typescript_client DEPENDS "${typescript_stamp}")
  add_dependencies(integration_tests typescript_client)
  set_source_files_properties(
    "${CMAKE_SOURCE_DIR}/tests/integration/typescript_client_test.cpp" PROPERTIES
    COMPILE_DEFINITIONS
      "SUANPAN_NODE=\"${SUANPAN_NODE}\";SUANPAN_TYPESCRIPT_CLIENT=\"${typescript}\""
    SKIP_UNITY_BUILD_INCLUSION ON)
endif()
