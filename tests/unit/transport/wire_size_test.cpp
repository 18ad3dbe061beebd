#include "edge/core/uuid.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/seal.hpp"
#include "edge/transport/gzip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace edge::transport {
namespace {

using protocol::JournalEntry;
using protocol::Op;

constexpr std::int64_t morning_ms = 1'764'000'000'000;

/// Identities as devices make them: time, then randomness.
class Identities {
public:
    explicit Identities(std::uint64_t seed = 20261123) : random_(seed) {}

    std::string next(std::int64_t at_ms) {
        std::array<std::uint8_t, 10> noise{};
        for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random_());
        return Uuid::make_v7(Timestamp(std::chrono::milliseconds(at_ms)), noise).wire();
    }
    std::string claim_code() {
        constexpr std::string_view letters = "23456789ABCDEFGHJKMNPQRSTWXYZ";
        std::string code;
        for (int i = 0; i < 6; ++i) code += letters[random_() % letters.size()];
        return code;
    }

private:
    std::mt19937_64 random_;
};

std::string instant(std::int64_t at_ms) { return format_timestamp(Timestamp(std::chrono::milliseconds(at_ms))); }

JournalEntry collected(Identities& identities, std::int64_t at_ms) {
    return {.table = "reservations",
            .key = identities.next(at_ms - 7'200'000),
            .first = Op::update,
            .last = Op::update,
            .base = std::nullopt,
            .hlc = at_ms,
            .fields = {{"collected_at", instant(at_ms)}}};
}

JournalEntry reserved(Identities& identities, const std::string& bundle, std::int64_t at_ms, std::int64_t sealed_ms) {
    return {.table = "reservations",
            .key = identities.next(at_ms),
            .first = Op::create,
            .last = Op::create,
            .base = std::nullopt,
            .hlc = sealed_ms,
            .fields = {{"bundle", bundle},
                       {"consumer", {}},
                       {"claim_code", identities.claim_code()},
                       {"reserved_at", instant(at_ms)},
                       {"collected_at", {}},
                       {"cancelled_at", {}}}};
}

/// Bytes of a whole gzipped request body.
std::size_t body_size(Identities& identities, std::vector<JournalEntry> entries) {
    protocol::SealSettings settings;
    settings.seller = identities.next(morning_ms - 90'000'000'000);
    settings.replica = identities.next(morning_ms - 80'000'000'000);
    settings.app = "edge-analytics/0.1.0";
    settings.seen = 88119;
    settings.ops = {.epoch = 1, .next_seq = 1042, .prev = protocol::part_hash("before")};
    std::vector<std::string> parts;
    for (const protocol::SealedPart& part : seal(std::move(entries), settings).parts) parts.push_back(part.bytes);
    EXPECT_EQ(parts.size(), 1U);
    const protocol::SyncHeader header{
        .seller = settings.seller, .replica = settings.replica, .seen = settings.seen, .extra = {}};
    return gzip(encode_request(header, parts)).size();
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
