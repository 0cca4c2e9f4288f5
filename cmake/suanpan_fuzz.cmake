# tests/fuzz/<name>_fuzzer.cpp -> fuzz_<name>, a libFuzzer program. It links the modules whose
# headers it includes and nothing else, so that one fuzzer is built in seconds.
# Seeds are in tests/fuzz/corpus/<name>_fuzzer/, words in tests/fuzz/<name>.dict.
file(GLOB fuzzers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzzer.cpp")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${fuzzers})
foreach(path IN LISTS fuzzers)
  get_filename_component(name "${path}" NAME_WE)
  string(REGEX REPLACE "_fuzzer$" "" name "${name}")
  file(STRINGS "${path}" includes REGEX "^#include \"[a-z]+/")
  list(TRANSFORM includes REPLACE "^#include \"([a-z]+)/.*" "suanpan_\\1")
  list(REMOVE_DUPLICATES includes)
  add_executable(fuzz_${name} "${path}")
  target_link_libraries(fuzz_${name} PRIVATE ${includes} suanpan_flags)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endforeach()
