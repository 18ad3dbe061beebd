# edge_fuzz_target(name SOURCES … LINK … [INCLUDE …] [RUNS n] [SECONDS n]): a target for fuzzing, as `tests/fuzz/fuzz_target.hpp`
# says. Every build makes the program NAME, which takes the seeds and RUNS mutations of them under the build's sanitizers,
# and a test that runs it. With the preset `fuzz` (Clang) there is NAME_libfuzzer as well, and a test that lets it search for SECONDS
# from those seeds; run it by hand for longer: build/fuzz/NAME_libfuzzer FOLDER.

option(EDGE_FUZZ "Build the fuzz targets with libFuzzer too (Clang only)" OFF)

function(edge_fuzz_target name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "RUNS;SECONDS" "SOURCES;INCLUDE;LINK")
    if(NOT arg_RUNS)
        set(arg_RUNS 1000)
    endif()
    if(NOT arg_SECONDS)
        set(arg_SECONDS 8)
    endif()
    set(programs ${name})
    add_executable(${name} $<TARGET_OBJECTS:edge_fuzz_replay> ${arg_SOURCES})
    add_test(NAME ${name}.replay COMMAND ${name} --runs ${arg_RUNS})
    set_tests_properties(${name}.replay PROPERTIES LABELS fuzz TIMEOUT 120)
    if(EDGE_FUZZ)
        list(APPEND programs ${name}_libfuzzer)
        add_executable(${name}_libfuzzer ${arg_SOURCES})
        target_link_options(${name}_libfuzzer PRIVATE -fsanitize=fuzzer)
        set(seeds "${CMAKE_CURRENT_BINARY_DIR}/${name}_seeds")
        add_test(NAME ${name}.seeds COMMAND ${name} --write-seeds "${seeds}")
        set_tests_properties(${name}.seeds PROPERTIES LABELS fuzz FIXTURES_SETUP ${name}_seeds)
        add_test(NAME ${name}.libfuzzer COMMAND ${name}_libfuzzer -seed=1 -max_total_time=${arg_SECONDS} -max_len=65536
                                                -rss_limit_mb=1024 -timeout=20 "${seeds}")
        set_tests_properties(${name}.libfuzzer PROPERTIES LABELS fuzz FIXTURES_REQUIRED ${name}_seeds TIMEOUT 60)
        add_dependencies(fuzzers ${programs})
    endif()
    foreach(program IN LISTS programs)
        target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/tests" ${arg_INCLUDE})
        target_link_libraries(${program} PRIVATE ${arg_LINK} edge_options)
    endforeach()
endfunction()

if(EDGE_FUZZ)
    add_custom_target(fuzzers COMMENT "All fuzz targets")
endif()
