// What a device reads of an answer: acks, problem documents, receipts, and whatever a proxy or a login page says
// instead. Whatever it is, a session takes it, keeps what the hub has not confirmed, and ends or goes on.

#include "fuzz/fuzz_target.hpp"

#include "edge/protocol/bundle_file.hpp"
#include "edge/protocol/device_session.hpp"
#include "edge/protocol/exchange.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

using namespace edge::protocol;

namespace {

void demand(bool law) {
    if (!law) std::abort();
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

Ack sample() {
    Ack ack;
    ack.hub_epoch = "e1";
    ack.next_after_s = 300;
    ack.lanes = {{.lane = Lane::ops, .epoch = 1, .applied = 1, .durable = 1, .head = part_hash("one"), .problem = {}}};
    ack.outcomes = {
        {.seq = 1, .index = 0, .table = "category", .key = "k", .outcome = Outcome::rejected, .reason = "bad_value"}};
    ack.pull = {.from = 0, .to = 4, .more = false, .h0 = 9, .rows = {}};
    return ack;
}

/// A device that has two segments to send meets the answer.
void meet(const std::string& body, int status) {
    const std::vector<HeldPart> held = {
        {.lane = Lane::ops, .epoch = 1, .seq = 1, .part = 1, .parts = 1, .bytes = 3, .hash = part_hash("one")},
        {.lane = Lane::ops, .epoch = 1, .seq = 2, .part = 1, .parts = 1, .bytes = 3, .hash = part_hash("two")}};
    DeviceSession session({.seller = "s", .replica = "r", .limits = {}}, {}, held,
                          [](const HeldPart&) { return std::string("{}"); });
    static_cast<void>(session.start(0));
    const std::vector<Action> actions =
        session.on_response({.status = status, .headers = {}, .body = body}, 1'000, 0.5);
    demand(!actions.empty());
    for (const Action& action : actions) {
        if (const auto* marks = std::get_if<RecordWatermarks>(&action))
            demand(marks->durable <= marks->applied || marks->epoch != 1);
    }
    demand(session.memory().not_before_ms <= 1'000 + 86'400'000);
}

}  // namespace

std::vector<std::vector<std::uint8_t>> edge::fuzz::seeds() {
    Problem problem = make_problem(ProblemClass::resync, reason::fork, "other bytes");
    problem.position = LanePosition{.lane = Lane::ops, .epoch = 1, .seq = 2, .part = 1};
    problem.next_epoch = 3;
    Receipt receipt{
        .seller = "s", .replica = "r", .file = "f", .created_at = "2026-11-23T16:00:00Z", .ack = sample(), .extra = {}};
    Ack troubled = sample();
    troubled.lanes.front().problem = problem;
    return {bytes_of(encode(sample())), bytes_of(encode(troubled)), bytes_of(encode(problem)),
            bytes_of(encode(receipt)), bytes_of("<html>Welcome</html>")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const Decoded<Ack> ack = decode_ack(text)) {
        const std::string written = encode(*ack);
        const Decoded<Ack> again = decode_ack(written);
        demand(static_cast<bool>(again) && encode(*again) == written);
    }
    if (const std::optional<Problem> problem = decode_problem(text))
        demand(decode_problem(encode(*problem)) == problem);
    if (const Decoded<Receipt> receipt = decode_receipt(text)) {
        const Decoded<Receipt> again = decode_receipt(encode(*receipt));
        demand(static_cast<bool>(again) && again->file == receipt->file);
    }
    for (const int status : {200, 409, 413, 422, 503}) meet(text, status);
    return 0;
}
