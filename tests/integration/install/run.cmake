# Installs the library from BUILD into a scratch folder, builds the outside project in SOURCE against it with the same
# FLAGS, runs it, and compares what it prints.
set(scratch "${BUILD}/install-test")
file(REMOVE_RECURSE "${scratch}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${scratch}/prefix" --component library
                COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${scratch}/till" -G Ninja "-DCMAKE_PREFIX_PATH=${scratch}/prefix"
                        "-DCMAKE_CXX_FLAGS=${FLAGS}"
                COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${scratch}/till" COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
execute_process(COMMAND "${scratch}/till/till" "${scratch}/till.db" OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
if(NOT printed STREQUAL "sold 20.0000\nunsold 80.0000\n")
    message(FATAL_ERROR "the outside project printed:\n${printed}")
endif()
