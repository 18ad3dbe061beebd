#include "edge/transport/gzip.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace edge::transport {
namespace {

std::string noise(std::size_t size) {
    std::mt19937_64 random(7);
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random());
    return bytes;
}

TEST(Gzip, IsUndoneByGunzip) {
    for (const std::string& text : {std::string(), std::string("a"), noise(300'000), std::string(2'000'000, 'a')}) {
        const GunzipResult expanded = gunzip(gzip(text), {.bytes = 4'000'000, .ratio = 2000, .free_bytes = 0});

        EXPECT_EQ(expanded.status, GunzipStatus::ok);
        EXPECT_EQ(expanded.bytes, text);
    }
}

TEST(Gzip, HoldsNeitherNameNorTime) {
    const std::string compressed = gzip("same bytes");

    EXPECT_EQ(compressed.substr(0, 8), std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00", 8));
    EXPECT_EQ(compressed, gzip("same bytes"));
}

TEST(Gunzip, TakesPiecesOfAnySize) {
    const std::string text = noise(5000) + std::string(20'000, 'b');
    const std::string compressed = gzip(text);
    Gunzip stream;

    for (const char byte : compressed) EXPECT_EQ(stream.feed({&byte, 1}), GunzipStatus::ok);

    EXPECT_EQ(stream.finish(), GunzipStatus::ok);
    EXPECT_EQ(stream.result(), text);
}

TEST(Gunzip, StopsABombAtItsLimit) {
    const std::string bomb = gzip(std::string().append(8'000'000, '\0'));
    Gunzip by_size({.bytes = 1'000'000, .ratio = 100'000, .free_bytes = 0});
    Gunzip by_ratio({.bytes = 1'000'000'000, .ratio = 64, .free_bytes = 65'536});

    EXPECT_EQ(by_size.feed(bomb), GunzipStatus::too_big);
    EXPECT_EQ(by_ratio.feed(bomb), GunzipStatus::too_big);
    EXPECT_LE(by_size.result().size(), 1'000'000U + 65'536U);
    EXPECT_LE(by_ratio.result().size(), bomb.size() * 64 + 65'536U);
    EXPECT_EQ(by_size.feed(bomb), GunzipStatus::too_big);
}

TEST(Gunzip, SaysWhatIsWrong) {
    const std::string compressed = gzip(noise(1000));
    std::string wrong_sum = compressed;
    wrong_sum[compressed.size() - 6] ^= 1;

    EXPECT_EQ(gunzip(compressed.substr(0, compressed.size() - 1)).status, GunzipStatus::truncated);
    EXPECT_EQ(gunzip("").status, GunzipStatus::truncated);
    EXPECT_EQ(gunzip(wrong_sum).status, GunzipStatus::damaged);
    EXPECT_EQ(gunzip("<html>").status, GunzipStatus::damaged);
    EXPECT_EQ(gunzip(compressed + "x").status, GunzipStatus::damaged);
    EXPECT_EQ(name_of(GunzipStatus::too_big), "too_big");
}

}  // namespace
}  // namespace edge::transport
