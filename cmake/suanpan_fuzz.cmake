# tests/fuzz/<name>.cpp -> fuzz_<name>, a libFuzzer program over the whole of the code.
# Seeds are in tests/fuzz/corpus/<name>/.
file(GLOB fuzzers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*.cpp")
foreach(path IN LISTS fuzzers)
  get_filename_component(name "${path}" NAME_WE)
  add_executable(fuzz_${name} "${path}")
  target_link_libraries(fuzz_${name} PRIVATE suanpan_api suanpan_client suanpan_flags)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()
