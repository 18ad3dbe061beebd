// make_shop FILE RESERVATIONS: the shop that the benchmarks measure, as a file to try the program on.

#include "harness/big_shop.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::fputs("usage: make_shop FILE RESERVATIONS\n", stderr);
        return 2;
    }
    const edge::bench::BigShop shop =
        edge::bench::make_big_shop(argv[1], {.reservations = std::strtoll(argv[2], nullptr, 10)});
    std::printf("%s %s\n", edge::format_timestamp(shop.now).c_str(), shop.open_codes.front().c_str());
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
