# bench/*.cpp -> suanpan_bench (Google Benchmark).
file(GLOB_RECURSE bench_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/bench/*.cpp")
if(bench_sources)
  find_package(benchmark REQUIRED)
  add_executable(suanpan_bench ${bench_sources})
  set_target_properties(suanpan_bench PROPERTIES OUTPUT_NAME suanpan-bench)
  target_link_libraries(suanpan_bench PRIVATE
    suanpan_core benchmark::benchmark benchmark::benchmark_main suanpan_flags)
endif()
