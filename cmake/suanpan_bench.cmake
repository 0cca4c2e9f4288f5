# bench/*.cpp -> suanpan-bench (Google Benchmark).
file(GLOB bench_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/*.cpp")
if(bench_sources)
  find_package(benchmark REQUIRED)
  add_executable(suanpan_bench ${bench_sources})
  set_target_properties(suanpan_bench PROPERTIES OUTPUT_NAME suanpan-bench)
  target_link_libraries(suanpan_bench PRIVATE
    suanpan_core benchmark::benchmark benchmark::benchmark_main suanpan_flags)
endif()

# All of the programs below.
add_custom_target(bench_programs)

# suanpan_bench_program(<folder below bench/> LINK <targets>): the program suanpan-bench-<folder>,
# which prints its own report. Its headers are included as "bench/<folder>/file.hpp".
function(suanpan_bench_program name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  set(dir "${CMAKE_SOURCE_DIR}/bench/${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/*.cpp")
  if(NOT sources)
    return()
  endif()
  set(root "${CMAKE_BINARY_DIR}/include/bench_${name}")
  suanpan_stage_includes("${root}" "bench/${name}" "${dir}")
  set(target suanpan-bench-${name})
  add_executable(${target} ${sources})
  target_include_directories(${target} PRIVATE "${root}")
  target_link_libraries(${target} PRIVATE ${arg_LINK} suanpan_flags)
  add_dependencies(bench_programs ${target})
endfunction()

suanpan_bench_program(matching LINK suanpan_matching CLI11::CLI11)
suanpan_bench_program(core LINK suanpan_services)
