// The reader of a file that carries segments on foot, fed in pieces of several sizes: however it is cut, it says the
// same, and a file that is not whole is never said to be.

#include "fuzz/fuzz_target.hpp"

#include "edge/protocol/bundle_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace edge::protocol;

namespace {

void demand(bool law) {
    if (!law) std::abort();
}

std::string file_of(const std::vector<std::string>& parts) {
    std::string file;
    BundleFileEncoder encoder({.seller = "s",
                               .replica = "r",
                               .app = "edge-analytics/0.1.0",
                               .created_at = "2026-11-23T16:00:00Z",
                               .parts = static_cast<std::int64_t>(parts.size()),
                               .changes = 2,
                               .extra = {}},
                              [&](std::string_view bytes) { file += bytes; });
    for (const std::string& part : parts) encoder.add(part);
    static_cast<void>(encoder.finish());
    return file;
}

struct Reading {
    bool whole = false;
    std::vector<std::string> parts;
    friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(std::string_view bytes, std::size_t piece) {
    Reading reading;
    BundleFileDecoder decoder({.header = [](const BundleFileHeader&) {},
                               .part = [&](std::string_view part) { reading.parts.emplace_back(part); }});
    bool going = true;
    for (std::size_t at = 0; going && at < bytes.size(); at += piece) going = decoder.feed(bytes.substr(at, piece));
    reading.whole = static_cast<bool>(decoder.finish());
    return reading;
}

}  // namespace

std::vector<std::vector<std::uint8_t>> edge::fuzz::seeds() {
    std::vector<std::vector<std::uint8_t>> seeds;
    for (const std::vector<std::string>& parts :
         {std::vector<std::string>{R"({"v":1})"}, std::vector<std::string>{R"({"a":1})", R"({"b":"two"})"}}) {
        const std::string file = file_of(parts);
        seeds.emplace_back(file.begin(), file.end());
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Reading at_once = read(bytes, std::max<std::size_t>(size, 1));
    const Reading in_pieces = read(bytes, 7);
    demand(at_once.whole == in_pieces.whole);
    if (!at_once.whole) return 0;
    demand(at_once == in_pieces);
    // one byte changed anywhere is found
    std::string damaged(bytes);
    damaged[size / 2] = static_cast<char>(damaged[size / 2] ^ 1);
    demand(!read(damaged, size).whole);
    return 0;
}
