#pragma once

#include "edge/protocol/exchange.hpp"
#include "edge/protocol/seal.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edge::test {

/// The wire key of the n-th row of a kind: always the same, and sorted by n.
[[nodiscard]] std::string wire_key(int n);

/// What a device would seal, without a database: changes are queued and sealed into chained parts.
class SealingDevice {
public:
    explicit SealingDevice(std::string seller = "s-1", std::string replica = "replica-a", std::int64_t epoch = 1);

    /// Milliseconds since 1970 of the next change; each change takes one.
    std::int64_t clock = 1'764'000'000'000;
    /// The pull cursor that segments and requests show.
    std::int64_t seen = 0;
    std::size_t part_bytes = 240U << 10U;
    /// What the next segment is sealed from anew.
    std::vector<protocol::Origin> origins;
    /// A part holds no more changes than this.
    std::size_t part_changes = 5000;

    void change(protocol::JournalEntry entry);
    void seller_row(int seller);
    void bundle(int bundle, int seller, const std::string& name = "Evening bag");
    void rename(int bundle, const std::string& name);
    void reservation(int reservation, int bundle, const std::string& code);
    void collect(int reservation, const std::string& when = "2026-11-23T17:00:00Z");
    void cancel(int reservation, const std::string& when = "2026-11-23T16:30:00Z");
    void remove(std::string_view table, int row);
    /// A row of the bulk lane.
    void holiday(int holiday, const std::string& name);

    /// Seals what is queued. Throws `internal` if something could not be sent.
    std::vector<protocol::SealedPart> seal();
    /// The bytes of all parts that `seal` makes of what is queued.
    std::vector<std::string> seal_bytes();

    [[nodiscard]] protocol::SyncHeader header() const;
    [[nodiscard]] std::string request(const std::vector<std::string>& parts) const;

private:
    std::string seller_;
    std::string replica_;
    protocol::LaneHead ops_;
    protocol::LaneHead bulk_;
    std::vector<protocol::JournalEntry> queued_;
};

}  // namespace edge::test
