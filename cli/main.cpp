#include "program/context.hpp"
#include "program/program.hpp"

#include <fcntl.h>

#include <iostream>

namespace {

/// Who starts the program may have closed these three; a file opened later would take the number of one, and with it
/// what is printed. Standard output is opened for reading, so that printing to it fails as it should.
void occupy_standard_streams() noexcept {
    for (const int stream : {0, 1, 2}) {
        if (::fcntl(stream, F_GETFD) == -1) static_cast<void>(::open("/dev/null", stream == 2 ? O_WRONLY : O_RDONLY));
    }
}

}  // namespace

int main(int argc, char** argv) {
    occupy_standard_streams();
    std::ios::sync_with_stdio(false);
    return edge::cli::run_program(argc, argv, edge::cli::process_environment, {.out = std::cout, .err = std::cerr});
}
