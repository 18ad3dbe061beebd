#include "support/temporary_folder.hpp"
#include "unit/protocol/builders.hpp"

#include "edge/protocol/bundle_file.hpp"
#include "edge/protocol/device_session.hpp"
#include "edge/protocol/exchange.hpp"
#include "edge/protocol/repair.hpp"
#include "edge/protocol/seal.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;        // NOLINT(google-build-using-namespace): builders of this folder
using namespace edge::test;  // NOLINT(google-build-using-namespace): and of all tests

/// What the validator says about the documents; empty when all are valid.
std::string complaints(const std::string& schema, const std::vector<std::string>& documents) {
    const TemporaryFolder folder;
    std::string lines;
    for (const std::string& document : documents) lines += document + '\n';
    write_file(folder.file("documents"), lines);
    const std::string command = "/usr/bin/python3 -W ignore '" EDGE_SOURCE_DIR
                                "/tests/support/validate_json.py' '" EDGE_SOURCE_DIR "/schemas/sync/" +
                                schema + ".schema.json' '" + folder.file("documents") + "' 2>&1";
    std::FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): a fixed program on files of this test
    std::string said;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) said += buffer.data();
    const int status = pclose(pipe);
    if (WEXITSTATUS(status) != 0 && said.empty()) said = "exit status " + std::to_string(WEXITSTATUS(status));
    return said;
}

Problem full_problem() {
    Problem problem = make_problem(ProblemClass::resync, reason::fork, "other bytes");
    problem.position = LanePosition{.lane = Lane::ops, .epoch = 2, .seq = 7, .part = 1};
    problem.retry_after_s = 3;
    problem.next_epoch = 4;
    return problem;
}

Ack full_ack() {
    Ack ack;
    ack.hub_epoch = "first";
    ack.lanes = {
        {.lane = Lane::ops, .epoch = 1, .applied = 4, .durable = 3, .head = part_hash("4"), .problem = full_problem()},
        {.lane = Lane::bulk, .epoch = 1, .applied = 0, .durable = 0, .head = {}, .problem = {}}};
    ack.lanes.front().staged = 2;
    ack.lanes.front().repeated = 4;
    ack.outcomes = {{.lane = Lane::ops,
                     .seq = 4,
                     .part = 1,
                     .index = 0,
                     .table = "bundles",
                     .key = bread_key,
                     .outcome = Outcome::rejected,
                     .reason = "bad_value"}};
    ack.pull.rows = {collect(), deletion("bundles", bread_key)};
    ack.pull.problem = full_problem();
    ack.letters = {{.seq = 3, .state = LetterState::taken}, {.seq = 9, .state = LetterState::unknown}};
    return ack;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end == std::string::npos ? text.size() : end + 1;
    }
    return lines;
}

TEST(Schema, TakesSegments) {
    Segment unusual = segment_of({collect()});
    unusual.prev = part_hash("x");
    unusual.digest = Digest{.at = 3, .root = std::string(32, 'a')};
    unusual.extra = {{"mood", "[1.5]"}};
    unusual.changes[0].fields.push_back({"colour", RawJson{"{\"a\":1.5}"}});
    std::vector<std::string> documents{encode(unusual)};
    const std::vector<JournalEntry> entries{entry(post_bundle()), entry(reserve()), entry(collect(key(3))),
                                            entry(deletion("reservations", key(4)))};
    for (const SealedPart& part : seal(entries, seal_settings()).parts) documents.push_back(part.bytes);

    EXPECT_EQ(complaints("segment", documents), "");
}

TEST(Schema, RefusesSegmentsThatReadingRefuses) {
    Segment slow = segment_of({});
    slow.lane = Lane::bulk;
    std::string text = encode(slow);
    text.replace(text.find("\"bulk\""), 6, "\"fast\"");

    EXPECT_NE(complaints("segment", {text}), "");
}

TEST(Schema, TakesRequestHeadersAsADeviceSendsThem) {
    DeviceSettings settings;
    settings.seller = seller_key;
    settings.replica = replica_key;
    settings.letters = {{.seq = 4, .index = 1}, {.lane = Lane::bulk, .seq = 5, .state = LetterState::retried}};
    DeviceSession device(settings, {}, {}, {});

    const std::string body = std::get<SendRequest>(device.start(monday).at(0)).body;

    EXPECT_EQ(complaints("sync-request-header", lines_of(body)), "");
}

TEST(Schema, TakesAcks) { EXPECT_EQ(complaints("ack", {encode(full_ack()), encode(Ack())}), ""); }

TEST(Schema, TakesProblems) {
    EXPECT_EQ(complaints("problem", {encode(full_problem()), encode(make_problem(ProblemClass::bug, "x", ""))}), "");
}

TEST(Schema, TakesRepairs) {
    TableBuckets bundles{.table = "bundles"};
    bundles.sums.at(5) = {.high = 0, .low = 1};
    const RepairRequest compare{
        .seller = seller_key, .replica = replica_key, .tables = std::vector{bundles}, .rows = {}};
    const RepairRequest tell{.seller = seller_key,
                             .replica = replica_key,
                             .tables = std::nullopt,
                             .rows = {{.table = "bundles", .key = bread_key}}};
    const RepairAnswer answer{.at = 7,
                              .more = true,
                              .buckets = {{.table = "bundles", .bucket = 5, .rows = {{.key = bread_key, .hash = {}}}}},
                              .told = 1,
                              .rows = {collect(), deletion("bundles", bread_key)}};

    EXPECT_EQ(complaints("repair-request", {encode(compare), encode(tell)}), "");
    EXPECT_EQ(complaints("repair-answer", {encode(answer), encode(RepairAnswer())}), "");
}

TEST(Schema, TakesBundleFilesAndReceipts) {
    std::string file;
    BundleFileEncoder encoder({.seller = seller_key,
                               .replica = replica_key,
                               .app = "edge-analytics/0.1.0",
                               .created_at = "2026-11-23T16:02:11Z",
                               .parts = 1,
                               .changes = 1,
                               .extra = {}},
                              [&](std::string_view bytes) { file += bytes; });
    encoder.add(encode(segment_of({collect()})));
    const BundleFileSummary summary = encoder.finish();
    const Receipt receipt{.seller = seller_key,
                          .replica = replica_key,
                          .file = summary.sha256,
                          .created_at = "2026-11-23T16:02:11Z",
                          .ack = full_ack(),
                          .extra = {}};

    EXPECT_EQ(complaints("bundle-file-header", {lines_of(file).at(0)}), "");
    EXPECT_EQ(complaints("segment", {lines_of(file).at(1)}), "");
    EXPECT_EQ(complaints("receipt", {encode(receipt)}), "");
}

}  // namespace
}  // namespace edge::protocol
