// The reader of a segment's bytes, as any device may send them. What was read is written and read again without loss,
// and a row that cannot be used is told from one that can without a crash.

#include "fuzz/fuzz_target.hpp"

#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

using namespace edge::protocol;

namespace {

void demand(bool law) {
    if (!law) std::abort();
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

std::vector<std::vector<std::uint8_t>> edge::fuzz::seeds() {
    Segment segment;
    segment.seller = "01JDQ4S0N90000000000000000";
    segment.replica = "01JDQ4R7K2M8X5V9T3B6N1C0HA";
    segment.h0 = 1'764'000'123'456;
    segment.seen = 88'119;
    Segment rich = segment;
    rich.lane = Lane::bulk;
    rich.part = 1;
    rich.parts = 2;
    rich.app = "edge-analytics/0.1.0";
    rich.digest = Digest{.at = 3, .root = std::string(32, 'a')};
    rich.changes = {{.table = "category",
                     .key = "01JDQ4S0N90000000000000001",
                     .op = Op::create,
                     .base = 7,
                     .hlc = 5,
                     .fields = {{"name", std::string("Bread")}, {"coefficient", std::string("2.500000000")}},
                     .unknown_op = {},
                     .extra = {},
                     .fault = {}},
                    {.table = "reservations",
                     .key = "01JDQ4S5ZC0000000000000002",
                     .op = Op::update,
                     .base = {},
                     .hlc = 0,
                     .fields = {{"collected_at", {}}},
                     .unknown_op = {},
                     .extra = {},
                     .fault = {}}};
    return {bytes_of(encode(segment)), bytes_of(encode(rich)),
            bytes_of(R"({"v":1,"type":"segment","seller":"s","replica":"r","epoch":1,"seq":1,"prev":"","schema":9,)"
                     R"("h0":0,"seen":0,"new":[1],"changes":[{"t":"x","k":"y","op":"z","p":{"a":{"b":1}}}]})")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Decoded<Segment> segment = decode_segment(text);
    if (!segment) {
        demand(!segment.problem().reason.empty());
        return 0;
    }
    for (const Change& change : segment->changes) {
        const std::optional<RowFault> fault = check_change(change);
        demand(!fault || !fault->reason.empty());
        demand(change.fault.empty() || fault.has_value());
    }
    const std::string written = encode(*segment);
    const Decoded<Segment> again = decode_segment(written);
    demand(static_cast<bool>(again) && encode(*again) == written);
    return 0;
}
