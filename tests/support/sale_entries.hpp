#pragma once

#include "edge/protocol/seal.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace edge::test {

/// A Monday morning, ms since 1970 UTC.
inline constexpr std::int64_t morning_ms = 1'764'000'000'000;

/// Identities and claim codes as devices make them: time, then randomness.
class Identities {
public:
    explicit Identities(std::uint64_t seed = 20261123) : random_(seed) {}

    [[nodiscard]] std::string next(std::int64_t at_ms);
    [[nodiscard]] std::string claim_code();

private:
    std::mt19937_64 random_;
};

/// What the journal holds of a reservation that was collected.
[[nodiscard]] protocol::JournalEntry collected(Identities& identities, std::int64_t at_ms);
/// And of one that was made.
[[nodiscard]] protocol::JournalEntry reserved(Identities& identities, const std::string& bundle, std::int64_t at_ms,
                                              std::int64_t sealed_ms);

/// A device that has synced for a year.
[[nodiscard]] protocol::SealSettings settled_device(Identities& identities);
/// The body of the request in which it sends these, before compression.
[[nodiscard]] std::string request_body(std::vector<protocol::JournalEntry> entries,
                                       const protocol::SealSettings& device);

}  // namespace edge::test
