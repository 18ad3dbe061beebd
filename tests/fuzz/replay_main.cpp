// A fuzz target without a fuzzer, for any compiler: its seeds as they are, cut at every length up to a bound, and
// mutated at random from a fixed start, so that every run takes in the same.
//
//   TARGET [--runs N]           seeds and N mutations
//   TARGET FILE…                these inputs, one after the other (what a fuzzer found)
//   TARGET --write-seeds FOLDER the seeds as files, for a fuzzer to start from

#include "fuzz/fuzz_target.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

void take(const Bytes& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

class Mutator {
public:
    explicit Mutator(std::vector<Bytes> seeds) : seeds_(std::move(seeds)) {
        if (seeds_.empty()) seeds_.emplace_back();
    }

    Bytes next() {
        Bytes input = any_seed();
        for (std::size_t times = 1 + below(6); times > 0; --times) mutate(input);
        return input;
    }

private:
    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(random_() % bound); }
    const Bytes& any_seed() { return seeds_[below(seeds_.size())]; }
    std::uint8_t any_byte() { return static_cast<std::uint8_t>(random_()); }

    void mutate(Bytes& input) {
        static constexpr std::array<std::uint8_t, 8> telling{0x00, 0x01, 0x7F, 0x80, 0xF0, 0xFF, '"', '\\'};
        const std::size_t at = below(input.size() + 1);
        const std::size_t length = std::min(input.size() - at, 1 + below(16));
        const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
        const auto end = place + static_cast<std::ptrdiff_t>(length);
        switch (below(8)) {
            case 0: std::for_each(place, end, [this](std::uint8_t& byte) { byte = any_byte(); }); break;
            case 1: std::fill(place, end, telling[below(telling.size())]); break;
            case 2: input.erase(place, end); break;
            case 3: input.resize(at); break;
            case 4: input.insert(place, 1 + below(16), any_byte()); break;
            case 5: {
                const Bytes part(place, end);
                input.insert(end, part.begin(), part.end());
                break;
            }
            case 6: {
                const Bytes& other = any_seed();
                input.resize(at);
                input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(below(other.size())),
                             other.end());
                break;
            }
            default:
                if (length > 0) *place ^= static_cast<std::uint8_t>(1U << below(8));
        }
    }

    std::vector<Bytes> seeds_;
    std::mt19937_64 random_{20251201};
};

void replay(std::size_t runs) {
    constexpr std::size_t most_cuts = 64;
    const std::vector<Bytes> seeds = edge::fuzz::seeds();
    for (const Bytes& seed : seeds) {
        take(seed);
        const std::size_t step = std::max<std::size_t>(1, seed.size() / most_cuts);
        for (std::size_t size = 0; size < seed.size(); size += step) {
            take(Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)));
        }
    }
    Mutator mutator(seeds);
    for (std::size_t run = 0; run < runs; ++run) take(mutator.next());
    std::printf("%zu seeds, %zu mutations, nothing broke\n", seeds.size(), runs);
}

void write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const Bytes& seed : edge::fuzz::seeds()) {
        std::ofstream file(folder / ("seed_" + std::to_string(number++)), std::ios::binary);
        std::copy(seed.begin(), seed.end(), std::ostreambuf_iterator<char>(file));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 2 && arguments[0] == "--write-seeds") {
        write_seeds(arguments[1]);
    } else if (arguments.empty() || arguments[0] == "--runs") {
        replay(arguments.size() == 2 ? std::stoul(arguments[1]) : 1000);
    } else {
        for (const std::string& name : arguments) {
            std::ifstream file(name, std::ios::binary);
            take(Bytes(std::istreambuf_iterator<char>(file), {}));
        }
    }
    return 0;
}
