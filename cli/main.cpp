#include "program/context.hpp"
#include "program/program.hpp"

#include <iostream>

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    return edge::cli::run_program(argc, argv, edge::cli::process_environment, {.out = std::cout, .err = std::cerr});
}
