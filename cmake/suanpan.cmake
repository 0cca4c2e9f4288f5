# How the folders become targets. Each folder is one library `suanpan_<folder>`.
#
# Includes read "folder/file.hpp". Were the source root an include directory, every folder could
# include every other; so each module has an include root of its own, build/.../include/<module>/,
# which holds nothing but a link to the module's folder, and a target sees a root only by linking
# the module: a wrong include does not build.

option(SUANPAN_TESTS "Build the tests" ON)
option(SUANPAN_BENCH "Build the benchmarks" ON)
option(SUANPAN_FUZZ "Build the fuzzers (clang; use the preset 'asan')" OFF)
option(SUANPAN_WERROR "Warnings are errors" ON)
option(SUANPAN_COVERAGE "Count which lines run (clang; ./run coverage tells)" OFF)
option(SUANPAN_UNITY "Compile files of a folder as one: quicker from nothing, slower after a change" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(SUANPAN_DEBUG_FLAGS "-O1 -g -fno-omit-frame-pointer" CACHE STRING
  "Of a Debug build; -O0 -g0 compiles in half the time")
set(CMAKE_CXX_FLAGS_DEBUG "${SUANPAN_DEBUG_FLAGS} -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

# Files with HTTP, TLS and WebSocket in them need up to 3 GB each.
cmake_host_system_information(RESULT memory_mib QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR heavy_jobs "1 + ${memory_mib} / 8192")
set_property(GLOBAL APPEND PROPERTY JOB_POOLS heavy=${heavy_jobs})

find_program(SUANPAN_CCACHE ccache)
if(SUANPAN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the checkout: build directories and clones share their results.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    "${SUANPAN_CCACHE}")
endif()
find_program(SUANPAN_MOLD mold)
if(SUANPAN_MOLD AND NOT CMAKE_CXX_FLAGS MATCHES "-fuse-ld")
  add_link_options(-fuse-ld=mold)
endif()

add_library(suanpan_flags INTERFACE)
target_compile_options(suanpan_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wundef -Wunused
  -Wimplicit-fallthrough -Wextra-semi
  # A private name in one file is no fault of a local one in the next.
  $<$<BOOL:${SUANPAN_UNITY}>:-Wno-shadow>
  $<$<BOOL:${SUANPAN_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(suanpan_flags INTERFACE -Wthread-safety)
endif()
if(SUANPAN_COVERAGE)
  # Not in what is loaded into other programs, which count for themselves.
  set(counts "$<NOT:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,MODULE_LIBRARY>>")
  target_compile_options(suanpan_flags INTERFACE
    $<${counts}:-fprofile-instr-generate> $<${counts}:-fcoverage-mapping>)
  target_link_options(suanpan_flags INTERFACE $<${counts}:-fprofile-instr-generate>)
endif()

# suanpan_embed_files(<owner> <dir> <namespace> <include root> <files...>): files, as text in the
# program. Gives <include root>/generated/<owner>_files.hpp and the source file in
# `SUANPAN_EMBED_SOURCE`. The build may make them.
function(suanpan_embed_files owner dir namespace root)
  set(files ${ARGN})
  list(SORT files)
  set(header "${root}/generated/${owner}_files.hpp")
  set(source "${CMAKE_BINARY_DIR}/generated/${owner}_files.cpp")
  set(SUANPAN_EMBED_OWNER "${owner}")
  set(SUANPAN_EMBED_NAMESPACE "${namespace}")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/embed.hpp.in" "${header}" @ONLY)
  string(JOIN "|" joined ${files})
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${source}" "-DOWNER=${owner}" "-DNAMESPACE=${namespace}"
      "-DROOT=${dir}" "-DFILES=${joined}" -P "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
    DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
    COMMENT "Embedding the files of ${owner}"
    VERBATIM)
  set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS "-Wno-overlength-strings")
  set(SUANPAN_EMBED_SOURCE "${source}" PARENT_SCOPE)
endfunction()

# suanpan_embed(<owner> <dir> <namespace> <include root> <globs...>): those of the folder.
function(suanpan_embed owner dir namespace root)
  set(files)
  foreach(pattern IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS "${dir}/${pattern}")
    list(APPEND files ${found})
  endforeach()
  suanpan_embed_files(${owner} "${dir}" ${namespace} "${root}" ${files})
  set(SUANPAN_EMBED_SOURCE "${SUANPAN_EMBED_SOURCE}" PARENT_SCOPE)
endfunction()

# Makes include root <root> in which <name> is the folder <dir>.
function(suanpan_stage_includes root name dir)
  get_filename_component(parent "${root}/${name}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${dir}" "${root}/${name}" SYMBOLIC)
endfunction()

# suanpan_unite(<target>): compiles what of it can be compiled together (cmake/unity_groups.py).
if(SUANPAN_UNITY)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
endif()
function(suanpan_unite target)
  if(NOT SUANPAN_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "^${CMAKE_SOURCE_DIR}/.*\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "^${CMAKE_BINARY_DIR}/")  # what the build makes is not there yet
  execute_process(
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/cmake/unity_groups.py" "${CMAKE_SOURCE_DIR}"
      ${sources}
    OUTPUT_VARIABLE lines
    COMMAND_ERROR_IS_FATAL ANY)
  # New private names may part what went together.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  string(REGEX MATCHALL "[^\n]+" lines "${lines}")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties("${CMAKE_MATCH_2}" PROPERTIES
      UNITY_GROUP "${target}_${CMAKE_MATCH_1}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# suanpan_library(<target> <include root> SOURCES ... HEAVY ... DEPS ... LIBS ...)
# A static library, or a header-only one while there is no source file.
function(suanpan_library target root)
  cmake_parse_arguments(arg "" "" "SOURCES;HEAVY;DEPS;LIBS" ${ARGN})
  list(TRANSFORM arg_DEPS PREPEND suanpan_)
  if(NOT arg_SOURCES AND NOT arg_HEAVY)
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${root}")
    target_link_libraries(${target} INTERFACE ${arg_DEPS} ${arg_LIBS})
    return()
  endif()
  add_library(${target} STATIC ${arg_SOURCES})
  suanpan_unite(${target})
  target_include_directories(${target} PUBLIC "${root}")
  target_link_libraries(${target} PUBLIC ${arg_DEPS} ${arg_LIBS} PRIVATE suanpan_flags)
  if(arg_HEAVY)
    # The job pool is a property of a target, so the heavy files are one.
    add_library(${target}_heavy OBJECT ${arg_HEAVY})
    set_target_properties(${target}_heavy PROPERTIES JOB_POOL_COMPILE heavy)
    target_include_directories(${target}_heavy PRIVATE "${root}")
    target_link_libraries(${target}_heavy PRIVATE ${arg_DEPS} ${arg_LIBS} suanpan_flags)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_heavy>)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
endfunction()

# suanpan_module(<folder> [DEPS <folders>] [LIBS <targets>] [HEAVY <globs>] [EMBED <globs>])
function(suanpan_module name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS;HEAVY;EMBED" ${ARGN})
  set(dir "${CMAKE_SOURCE_DIR}/${name}")
  set(root "${CMAKE_BINARY_DIR}/include/${name}")
  suanpan_stage_includes("${root}" "${name}" "${dir}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/*.cpp")
  set(heavy)
  foreach(pattern IN LISTS arg_HEAVY)
    file(GLOB found CONFIGURE_DEPENDS "${dir}/${pattern}")
    list(APPEND heavy ${found})
  endforeach()
  if(heavy)
    list(REMOVE_ITEM sources ${heavy})
  endif()
  if(arg_EMBED)
    suanpan_embed(${name} "${dir}" suanpan::${name} "${root}" ${arg_EMBED})
    list(APPEND sources "${SUANPAN_EMBED_SOURCE}")
  endif()
  suanpan_library(suanpan_${name} "${root}" SOURCES ${sources} HEAVY ${heavy}
    DEPS ${arg_DEPS} LIBS ${arg_LIBS})
endfunction()

# All programs of apps/.
add_custom_target(programs)

# suanpan_app(<folder below apps/> TARGET <target> [DEPS ...] [LIBS ...] [EMBED ...])
# main.cpp is the program; the rest of the folder is the library <target>_lib, so tests can link it.
# Its headers are included as "apps/<folder>/file.hpp".
function(suanpan_app name)
  cmake_parse_arguments(arg "" "TARGET" "DEPS;LIBS;EMBED" ${ARGN})
  set(dir "${CMAKE_SOURCE_DIR}/apps/${name}")
  set(root "${CMAKE_BINARY_DIR}/include/apps_${name}")
  suanpan_stage_includes("${root}" "apps/${name}" "${dir}")
  file(GLOB main CONFIGURE_DEPENDS "${dir}/main.cpp")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/*.cpp")
  if(main)
    list(REMOVE_ITEM sources "${main}")
  endif()
  if(arg_EMBED)
    string(MAKE_C_IDENTIFIER "${name}" id)
    suanpan_embed(${id} "${dir}" suanpan::${id} "${root}" ${arg_EMBED})
    list(APPEND sources "${SUANPAN_EMBED_SOURCE}")
  endif()
  suanpan_library(${arg_TARGET}_lib "${root}" SOURCES ${sources}
    DEPS ${arg_DEPS} LIBS ${arg_LIBS})
  if(main)
    add_executable(${arg_TARGET} "${main}")
    set_target_properties(${arg_TARGET} PROPERTIES OUTPUT_NAME ${name})
    target_link_libraries(${arg_TARGET} PRIVATE ${arg_TARGET}_lib suanpan_flags)
    add_dependencies(programs ${arg_TARGET})
  endif()
endfunction()
