#include "support/sale_entries.hpp"

#include "edge/core/uuid.hpp"
#include "edge/protocol/exchange.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace edge::test {

using protocol::JournalEntry;
using protocol::Op;

namespace {

std::string instant(std::int64_t at_ms) { return format_timestamp(Timestamp(std::chrono::milliseconds(at_ms))); }

}  // namespace

std::string Identities::next(std::int64_t at_ms) {
    std::array<std::uint8_t, 10> noise{};
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random_());
    return Uuid::make_v7(Timestamp(std::chrono::milliseconds(at_ms)), noise).wire();
}

std::string Identities::claim_code() {
    constexpr std::string_view letters = "23456789ABCDEFGHJKMNPQRSTWXYZ";
    std::string code;
    for (int i = 0; i < 6; ++i) code += letters[random_() % letters.size()];
    return code;
}

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

protocol::SealSettings settled_device(Identities& identities) {
    protocol::SealSettings settings;
    settings.seller = identities.next(morning_ms - 90'000'000'000);
    settings.replica = identities.next(morning_ms - 80'000'000'000);
    settings.app = "edge-analytics/0.1.0";
    settings.seen = 88119;
    settings.ops = {.epoch = 1, .next_seq = 1042, .prev = protocol::part_hash("before")};
    return settings;
}

std::string request_body(std::vector<JournalEntry> entries, const protocol::SealSettings& device) {
    std::vector<std::string> parts;
    for (const protocol::SealedPart& part : seal(std::move(entries), device).parts) parts.push_back(part.bytes);
    const protocol::SyncHeader header{
        .seller = device.seller, .replica = device.replica, .seen = device.seen, .extra = {}};
    return encode_request(header, parts);
}

}  // namespace edge::test
