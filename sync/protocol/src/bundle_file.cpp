#include "edge/protocol/bundle_file.hpp"

#include "json.hpp"
#include "letter_marks.hpp"
#include "object_reader.hpp"

#include "edge/core/error.hpp"

#include <sodium.h>

#include <array>
#include <utility>

namespace edge::protocol {
namespace {

/// SHA-256 over pieces.
class Sha256 {
public:
    Sha256() { crypto_hash_sha256_init(&state_); }
    void add(std::string_view bytes) {
        crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    }
    [[nodiscard]] std::string finish() {
        std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
        crypto_hash_sha256_final(&state_, hash.data());
        std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
        sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
        return text.data();
    }

private:
    crypto_hash_sha256_state state_{};
};

std::string encode(const BundleFileHeader& header) {
    std::string out = R"({"v":1,"type":"bundle-file","seller":)";
    write_text(out, header.seller);
    out += R"(,"replica":)";
    write_text(out, header.replica);
    out += R"(,"app":)";
    write_text(out, header.app);
    out += R"(,"created_at":)";
    write_text(out, header.created_at);
    out += R"(,"parts":)";
    write_integer(out, header.parts);
    out += R"(,"changes":)";
    write_integer(out, header.changes);
    write_letters(out, header.letters);
    write_members(out, header.extra);
    return out += "}\n";
}

std::string encode_trailer(const BundleFileSummary& summary) {
    std::string out = R"({"type":"end","parts":)";
    write_integer(out, summary.parts);
    out += R"(,"bytes":)";
    write_integer(out, static_cast<std::int64_t>(summary.bytes));
    out += R"(,"sha256":)";
    write_text(out, summary.sha256);
    return out += "}\n";
}

Decoded<BundleFileHeader> decode_header(std::string_view line, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(line, {limits.row_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "bundle file header");
    BundleFileHeader header;
    reader.expect_version();
    reader.expect("type", "bundle-file");
    header.seller = reader.text("seller");
    header.replica = reader.text("replica");
    header.app = reader.text("app");
    header.created_at = reader.text("created_at");
    header.parts = reader.integer("parts", 0, largest_json_integer);
    header.changes = reader.integer("changes", 0, largest_json_integer);
    header.letters = read_letters(reader);
    if (header.letters.size() > most_letters) reader.fail("letters", "are too many");
    if (!reader.ok()) return reader.problem();
    header.extra = reader.rest();
    return header;
}

Decoded<BundleFileSummary> decode_trailer(std::string_view line, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(line, {limits.row_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "bundle file trailer");
    BundleFileSummary summary;
    reader.expect("type", "end");
    summary.parts = reader.integer("parts", 0, largest_json_integer);
    summary.bytes = static_cast<std::uint64_t>(reader.integer("bytes", 0, largest_json_integer));
    summary.sha256 = reader.text("sha256");
    if (!reader.ok()) return reader.problem();
    return summary;
}

}  // namespace

struct BundleFileEncoder::State {
    ByteSink sink;
    std::int64_t expected = 0;
    BundleFileSummary summary;
    Sha256 sha;

    void write(std::string_view bytes) {
        sha.add(bytes);
        summary.bytes += bytes.size();
        sink(bytes);
    }
};

BundleFileEncoder::BundleFileEncoder(const BundleFileHeader& header, ByteSink sink)
    : state_(std::make_unique<State>()) {
    state_->sink = std::move(sink);
    state_->expected = header.parts;
    state_->write(encode(header));
}

BundleFileEncoder::~BundleFileEncoder() = default;
BundleFileEncoder::BundleFileEncoder(BundleFileEncoder&&) noexcept = default;
BundleFileEncoder& BundleFileEncoder::operator=(BundleFileEncoder&&) noexcept = default;

void BundleFileEncoder::add(std::string_view part) {
    state_->write(part);
    state_->write("\n");
    ++state_->summary.parts;
}

BundleFileSummary BundleFileEncoder::finish() {
    if (state_->summary.parts != state_->expected) {
        throw Error(ErrorCode::internal, "cannot finish a bundle file: its header promises " +
                                             std::to_string(state_->expected) + " parts, not " +
                                             std::to_string(state_->summary.parts));
    }
    state_->summary.sha256 = state_->sha.finish();
    state_->sink(encode_trailer(state_->summary));
    return state_->summary;
}

struct BundleFileDecoder::State {
    BundleFileReader reader;
    Limits limits;
    std::string line;                      ///< what has come of the current line
    std::uint64_t offset = 0;              ///< of the current line in the file
    std::int64_t number = 1;               ///< of the current line
    std::optional<std::int64_t> expected;  ///< parts, once the header is read
    BundleFileSummary found;
    Sha256 sha;
    bool complete = false;
    std::optional<Problem> problem;

    void fail(Problem what) {
        what.detail = "line " + std::to_string(number) + ", byte " + std::to_string(offset) + ": " + what.detail;
        problem = std::move(what);
    }
    void fail(std::string_view why, const std::string& detail) { fail(make_problem(ProblemClass::bug, why, detail)); }

    void take_header() {
        const Decoded<BundleFileHeader> header = decode_header(line, limits);
        if (!header) return fail(header.problem());
        expected = header->parts;
        if (reader.header) reader.header(*header);
    }

    void take_trailer() {
        const Decoded<BundleFileSummary> trailer = decode_trailer(line, limits);
        if (!trailer) return fail(reason::damaged, "the trailer cannot be read: " + trailer.problem().detail);
        found.bytes = offset;
        found.sha256 = sha.finish();
        if (*trailer != found) return fail(reason::damaged, "what precedes the trailer is not what was written");
        complete = true;
    }

    /// The line is complete and does not hold its end.
    void take_line() {
        if (complete) return fail(reason::damaged, "something follows the trailer");
        if (!expected) {
            take_header();
        } else if (found.parts == *expected) {
            take_trailer();
        } else {
            if (line.starts_with(R"({"type":"end")")) return fail(reason::damaged, "parts are missing");
            ++found.parts;
            if (reader.part) reader.part(line);
        }
        if (!complete) {
            sha.add(line);
            sha.add("\n");
        }
        offset += line.size() + 1;
        ++number;
        line.clear();
    }
};

BundleFileDecoder::BundleFileDecoder(BundleFileReader reader, const Limits& limits)
    : state_(std::make_unique<State>()) {
    state_->reader = std::move(reader);
    state_->limits = limits;
}

BundleFileDecoder::~BundleFileDecoder() = default;
BundleFileDecoder::BundleFileDecoder(BundleFileDecoder&&) noexcept = default;
BundleFileDecoder& BundleFileDecoder::operator=(BundleFileDecoder&&) noexcept = default;

bool BundleFileDecoder::feed(std::string_view bytes) {
    while (!bytes.empty() && !state_->problem) {
        const std::size_t end = bytes.find('\n');
        state_->line.append(bytes.substr(0, end));
        if (state_->line.size() > state_->limits.part_bytes) {
            state_->fail(reason::too_many_bytes, "the line is longer than any part may be");
        } else if (end == std::string_view::npos) {
            break;
        } else {
            state_->take_line();
        }
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    return !state_->problem;
}

Decoded<BundleFileSummary> BundleFileDecoder::finish() {
    State& state = *state_;
    if (!state.problem && !state.complete) state.fail(reason::truncated, "the file ends before its trailer");
    if (!state.problem && !state.line.empty()) state.fail(reason::damaged, "something follows the trailer");
    if (state.problem) return *state.problem;
    return state.found;
}

}  // namespace edge::protocol
