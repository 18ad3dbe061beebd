#include "support/sale_entries.hpp"

#include "edge/protocol/seal.hpp"
#include "edge/transport/gzip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace edge::transport {
namespace {

using protocol::JournalEntry;
using protocol::Op;
using test::collected;
using test::Identities;
using test::morning_ms;
using test::reserved;

/// Bytes of a whole gzipped request body.
std::size_t body_size(Identities& identities, std::vector<JournalEntry> entries) {
    const protocol::SealSettings device = test::settled_device(identities);
    return gzip(test::request_body(std::move(entries), device)).size();
}

TEST(WireSize, OfOneSaleIsAtMost280Bytes) {
    std::size_t largest = 0;

    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        Identities identities(seed);
        const std::int64_t at_ms = morning_ms + static_cast<std::int64_t>(seed * 7'777'777);
        largest = std::max(largest, body_size(identities, {collected(identities, at_ms)}));
    }

    RecordProperty("bytes", static_cast<int>(largest));
    EXPECT_LE(largest, 280U);
}

TEST(WireSize, OfFortySalesIsAtMost35BytesEach) {
    Identities identities;
    std::vector<JournalEntry> entries;
    entries.reserve(40);
    for (std::int64_t i = 0; i < 40; ++i) entries.push_back(collected(identities, morning_ms + i * 61'000));

    const std::size_t size = body_size(identities, std::move(entries));

    RecordProperty("bytes", static_cast<int>(size));
    EXPECT_LE(size, std::size_t{40} * 35);
}

TEST(WireSize, OfFortyReservationsIsAtMost35BytesEach) {
    Identities identities;
    const std::string bundle = identities.next(morning_ms);
    std::vector<JournalEntry> entries;
    entries.reserve(40);
    for (std::int64_t i = 0; i < 40; ++i)
        entries.push_back(reserved(identities, bundle, morning_ms + i * 61'000, morning_ms + 3'000'000));

    const std::size_t size = body_size(identities, std::move(entries));

    RecordProperty("bytes", static_cast<int>(size));
    EXPECT_LE(size, std::size_t{40} * 35);
}

TEST(WireSize, OfAFullPartStaysBelowTheCompressedLimit) {
    std::mt19937_64 random(3);
    std::vector<JournalEntry> entries;
    Identities identities;
    for (int i = 0; i < 300; ++i) {
        std::string noise;
        while (noise.size() < 4000) noise += static_cast<char>(' ' + random() % 95);
        entries.push_back({.table = "bundles",
                           .key = identities.next(morning_ms),
                           .first = Op::update,
                           .last = Op::update,
                           .base = std::nullopt,
                           .hlc = morning_ms,
                           .fields = {{"description", noise}}});
    }

    const protocol::Sealed sealed = seal(std::move(entries), {});

    EXPECT_GT(sealed.parts.size(), 4U);
    for (const protocol::SealedPart& part : sealed.parts) EXPECT_LE(gzip(part.bytes).size(), 256U << 10U);
}

}  // namespace
}  // namespace edge::transport
