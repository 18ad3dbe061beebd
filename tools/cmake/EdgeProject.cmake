# What every target of this project shares, and the functions that make libraries and tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

option(EDGE_BUILD_TESTS "Build the tests" ON)
option(EDGE_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(EDGE_COVERAGE "Measure which lines the tests run" OFF)
set(EDGE_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

find_package(Threads REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(date REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

# A second compile of an unchanged file is free, and so is a fast linker where one is installed.
find_program(EDGE_CCACHE ccache)
if(EDGE_CCACHE)
    # Two clones of the same files share what is compiled; precompiled headers need the second setting.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
                                    CCACHE_SLOPPINESS=pch_defines,time_macros "${EDGE_CCACHE}")
endif()
find_program(EDGE_MOLD mold)
if(EDGE_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(edge_options INTERFACE)
target_compile_options(edge_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# Members left out of a designated initialiser take their defaults; that is what designated initialisers are for.
target_compile_options(edge_options INTERFACE -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Optimising, GCC 12 sees what cannot be inside the standard library: overlaps in `"-" + text` and lengths in
    # `text = "{"` (GCC bug 105651), uninitialised members in std::optional and std::variant (105562). Unoptimised
    # builds, clang-tidy and the sanitizers still look for all three.
    target_compile_options(edge_options INTERFACE -Wno-restrict)
    if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
        target_compile_options(edge_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-maybe-uninitialized)
    endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # To Clang -Wconversion means changes of sign as well, which GCC leaves out for C++.
    target_compile_options(edge_options INTERFACE -Wno-sign-conversion)
endif()
if(EDGE_SANITIZE)
    target_compile_options(edge_options INTERFACE -fsanitize=${EDGE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(edge_options INTERFACE -fsanitize=${EDGE_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # GCC 12 sees uninitialised members in std::optional when sanitizers keep it from inlining (GCC bug 105562),
        # and its thread sanitizer does not follow atomic fences, which only matters for code that uses them.
        target_compile_options(edge_options INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
        if(EDGE_SANITIZE STREQUAL "thread")
            # built with -O1, which makes it see what cannot be inside the standard library's strings (see above)
            target_compile_options(edge_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
        endif()
    endif()
endif()
if(EDGE_COVERAGE)
    target_compile_options(edge_options INTERFACE --coverage -O0)
    target_link_options(edge_options INTERFACE --coverage)
endif()

# The standard headers that most files begin with, read once for all libraries, and once more with GoogleTest's for all
# tests: a third of the time that a build takes. Files still include what they use.
set(edge_common_headers <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
                        <utility> <variant> <vector>)
add_library(edge_precompiled OBJECT "${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp")
target_link_libraries(edge_precompiled PRIVATE edge_options)
target_precompile_headers(edge_precompiled PRIVATE ${edge_common_headers})

# edge_library(name SOURCES … [PUBLIC …] [PRIVATE …]): the one way to make a library. `include/` beside the list file
# holds what others may see, `src/` the rest. PUBLIC and PRIVATE name the libraries it links.
function(edge_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE")
    add_library(edge_${name} STATIC ${arg_SOURCES})
    add_library(edge::${name} ALIAS edge_${name})
    target_include_directories(edge_${name} PUBLIC include PRIVATE src)
    target_link_libraries(edge_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:edge_options>)
    target_precompile_headers(edge_${name} REUSE_FROM edge_precompiled)
endfunction()

# edge_test(name LABEL … SOURCES … LINK … [SHARDS …] [POSTGRES]): one test program. CTest knows its cases as SHARDS equal
# parts, each one process: with a process a case, under sanitizers, a third of the gate's time went into starting them.
# One case by itself: build/dev/NAME --gtest_filter=SUITE.CASE. LABEL is the kind of test: unit, property, integration,
# fault, golden, simulation. POSTGRES: they want a server.
function(edge_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "POSTGRES" "LABEL;SHARDS;TIMEOUT" "SOURCES;LINK")
    if(NOT arg_SHARDS)
        set(arg_SHARDS 1)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    if(NOT TARGET edge_precompiled_tests)
        add_library(edge_precompiled_tests OBJECT "${PROJECT_SOURCE_DIR}/tools/cmake/precompiled.cpp")
        set_target_properties(edge_precompiled_tests PROPERTIES POSITION_INDEPENDENT_CODE OFF)
        target_compile_options(edge_precompiled_tests PRIVATE -fPIE)  # as CMake compiles what becomes a program
        if(EDGE_SANITIZE MATCHES "undefined")
            # In the tests' own code alone: a null pointer ends a program anyway, and to check each use of one is a fifth
            # of what their compilation takes.
            add_library(edge_test_options INTERFACE)
            target_compile_options(edge_test_options INTERFACE -fno-sanitize=null,alignment)
            target_link_libraries(edge_precompiled_tests PRIVATE edge_test_options)
        endif()
        target_link_libraries(edge_precompiled_tests PRIVATE edge_options GTest::gtest)
        target_precompile_headers(edge_precompiled_tests PRIVATE ${edge_common_headers} <gtest/gtest.h>)
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_precompile_headers(${name} REUSE_FROM edge_precompiled_tests)
    target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gtest_main GTest::gmock edge_options
                          $<TARGET_NAME_IF_EXISTS:edge_test_options>)
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${name} PRIVATE EDGE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" EDGE_BINARY_DIR="${CMAKE_BINARY_DIR}")
    math(EXPR last "${arg_SHARDS} - 1")
    foreach(shard RANGE ${last})
        set(environment GTEST_TOTAL_SHARDS=${arg_SHARDS} GTEST_SHARD_INDEX=${shard})
        set(fixtures "")
        if(arg_POSTGRES)
            list(APPEND environment "EDGE_TEST_POSTGRES=${CMAKE_BINARY_DIR}/postgres-under-test")
            set(fixtures FIXTURES_REQUIRED postgres)
        endif()
        math(EXPR number "${shard} + 1")
        add_test(NAME ${name}.${number} COMMAND ${name})
        set_tests_properties(${name}.${number} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT "${arg_TIMEOUT}"
                             ENVIRONMENT "${environment}" COST "${arg_SHARDS}" ${fixtures})
    endforeach()
endfunction()

# edge_embed_migrations(output FOLDER … FUNCTION … HEADER …): the numbered SQL files of a folder become part of the
# program. Puts into `output` the name of a C++ file that defines FUNCTION, declared in HEADER.
function(edge_embed_migrations output)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER;FUNCTION;HEADER" "")
    file(GLOB migrations CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.sql")
    set(embedded "${CMAKE_CURRENT_BINARY_DIR}/${output}.cpp")
    add_custom_command(
        OUTPUT "${embedded}"
        COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${embedded}" "-DFILES=${migrations}" "-DFUNCTION=${arg_FUNCTION}"
                "-DHEADER=${arg_HEADER}" -P "${PROJECT_SOURCE_DIR}/tools/cmake/EmbedMigrations.cmake"
        DEPENDS ${migrations} "${PROJECT_SOURCE_DIR}/tools/cmake/EmbedMigrations.cmake"
        VERBATIM)
    set(${output} "${embedded}" PARENT_SCOPE)
endfunction()
