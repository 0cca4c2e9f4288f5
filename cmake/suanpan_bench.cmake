# bench/common/: headers of all of them, included as "bench/common/file.hpp".
set(bench_common "${CMAKE_BINARY_DIR}/include/bench_common")
suanpan_stage_includes("${bench_common}" "bench/common" "${CMAKE_SOURCE_DIR}/bench/common")

# bench/*.cpp -> suanpan-bench (Google Benchmark).
file(GLOB bench_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/*.cpp")
if(bench_sources)
  find_package(benchmark REQUIRED)
  add_executable(suanpan_bench ${bench_sources})
  set_target_properties(suanpan_bench PROPERTIES OUTPUT_NAME suanpan-bench)
  target_include_directories(suanpan_bench PRIVATE "${bench_common}")
  target_link_libraries(suanpan_bench PRIVATE
    suanpan_core benchmark::benchmark benchmark::benchmark_main suanpan_flags)
endif()

# All of the programs below.
add_custom_target(bench_programs)

# suanpan_bench_program(<folder below bench/> LINK <targets> [SEES <folders>] [WITH <files>]): the
# program suanpan-bench-<folder>, which prints its own report. Its headers are included as
# "bench/<folder>/file.hpp"; so are those of the folders that it SEES, of which it takes the
# source files WITH.
function(suanpan_bench_program name)
  cmake_parse_arguments(arg "" "" "LINK;SEES;WITH" ${ARGN})
  set(dir "${CMAKE_SOURCE_DIR}/bench/${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/*.cpp")
  if(NOT sources)
    return()
  endif()
  set(root "${CMAKE_BINARY_DIR}/include/bench_${name}")
  suanpan_stage_includes("${root}" "bench/${name}" "${dir}")
  set(target suanpan-bench-${name})
  list(TRANSFORM arg_WITH PREPEND "${CMAKE_SOURCE_DIR}/bench/")
  add_executable(${target} ${sources} ${arg_WITH})
  list(TRANSFORM arg_SEES PREPEND "${CMAKE_BINARY_DIR}/include/bench_")
  target_include_directories(${target} PRIVATE "${root}" "${bench_common}" ${arg_SEES})
  target_link_libraries(${target} PRIVATE ${arg_LINK} suanpan_flags)
  add_dependencies(bench_programs ${target})
endfunction()

suanpan_bench_program(matching LINK suanpan_matching CLI11::CLI11)
suanpan_bench_program(core LINK suanpan_services)
suanpan_bench_program(ledger LINK suanpan_services SEES core matching WITH core/database.cpp)
# bench/ledger has a log verified by it.
add_dependencies(bench_programs suanpan_audit)
suanpan_bench_program(settlement LINK suanpan_services suanpan_client SEES core ledger matching
  WITH core/database.cpp ledger/measure.cpp)
# bench/settlement sends its readings to it.
add_dependencies(bench_programs suanpand)
suanpan_bench_program(api LINK suanpan_services suanpan_net CLI11::CLI11 SEES core ledger matching settlement
  WITH core/database.cpp core/rivals.cpp ledger/measure.cpp settlement/founding.cpp
    settlement/server.cpp)
# bench/api sends its requests to it.
add_dependencies(bench_programs suanpand)
