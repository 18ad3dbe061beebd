#include "edge/protocol/problem.hpp"

#include "json.hpp"
#include "object_reader.hpp"
#include "positions.hpp"

#include <array>

namespace edge::protocol {
namespace {

struct ClassFacts {
    ProblemClass problem_class;
    std::string_view name;
    int status;
    std::string_view title;
};

constexpr std::array<ClassFacts, 6> all_classes{{
    {ProblemClass::retry, "retry", 503, "Try again later"},
    {ProblemClass::resync, "resync", 409, "The two sides disagree on what was sent"},
    {ProblemClass::auth, "auth", 401, "Not allowed"},
    {ProblemClass::upgrade, "upgrade", 426, "One side is too old"},
    {ProblemClass::too_big, "too_big", 413, "Too much at once"},
    {ProblemClass::bug, "bug", 422, "Cannot be read"},
}};

const ClassFacts& facts_of(ProblemClass problem_class) noexcept {
    return all_classes[static_cast<std::size_t>(problem_class)];
}

Lane parse_lane_or_fail(ObjectReader& reader, std::string_view name) {
    const std::optional<Lane> lane = parse_lane(name);
    if (!lane) reader.fail("lane", "is none of ops, bulk");
    return lane.value_or(Lane::ops);
}

}  // namespace

std::string_view name_of(ProblemClass problem_class) noexcept { return facts_of(problem_class).name; }

std::optional<ProblemClass> parse_problem_class(std::string_view name) noexcept {
    for (const ClassFacts& facts : all_classes) {
        if (facts.name == name) return facts.problem_class;
    }
    return std::nullopt;
}

int default_status(ProblemClass problem_class) noexcept { return facts_of(problem_class).status; }

Problem make_problem(ProblemClass problem_class, std::string_view reason, std::string detail) {
    Problem problem;
    problem.problem_class = problem_class;
    problem.status = default_status(problem_class);
    problem.reason = reason;
    problem.detail = std::move(detail);
    return problem;
}

void write_position(std::string& out, const LanePosition& position) {
    out += R"({"lane":)";
    write_text(out, name_of(position.lane));
    out += R"(,"epoch":)";
    write_integer(out, position.epoch);
    out += R"(,"seq":)";
    write_integer(out, position.seq);
    out += R"(,"part":)";
    write_integer(out, position.part);
    out += '}';
}

Lane read_lane(ObjectReader& reader) { return parse_lane_or_fail(reader, reader.text("lane")); }

Lane read_lane(ObjectReader& reader, Lane otherwise) {
    return parse_lane_or_fail(reader, reader.text_or("lane", name_of(otherwise)));
}

std::string encode(const Problem& problem) {
    std::string out = R"({"type":"about:blank","title":)";
    write_text(out, facts_of(problem.problem_class).title);
    out += R"(,"status":)";
    write_integer(out, problem.status);
    out += R"(,"class":)";
    write_text(out, name_of(problem.problem_class));
    out += R"(,"reason":)";
    write_text(out, problem.reason);
    out += R"(,"detail":)";
    write_text(out, problem.detail);
    if (problem.position) {
        out += R"(,"at":)";
        write_position(out, *problem.position);
    }
    if (problem.retry_after_s) {
        out += R"(,"retry_after_s":)";
        write_integer(out, *problem.retry_after_s);
    }
    if (problem.next_epoch) {
        out += R"(,"next_epoch":)";
        write_integer(out, *problem.next_epoch);
    }
    return out += '}';
}

std::optional<Problem> read_problem(const JsonValue& value) {
    ObjectReader reader(value, "problem");
    Problem problem;
    const std::optional<ProblemClass> problem_class = parse_problem_class(reader.text("class"));
    if (!problem_class) return std::nullopt;
    problem.problem_class = *problem_class;
    problem.status = static_cast<int>(reader.integer_or("status", 100, 599, default_status(*problem_class)));
    problem.reason = reader.text_or("reason", "");
    problem.detail = reader.text_or("detail", "");
    if (const std::optional<JsonValue> at = reader.object_if_any("at")) {
        ObjectReader position(*at, "at");
        problem.position.emplace();
        problem.position->lane = read_lane(position);
        problem.position->epoch = position.integer("epoch", 1, largest_json_integer);
        problem.position->seq = position.integer("seq", 1, largest_json_integer);
        problem.position->part = static_cast<int>(position.integer_or("part", 1, most_parts, 1));
        if (!position.ok()) return std::nullopt;
    }
    if (const std::int64_t wait = reader.integer_or("retry_after_s", 0, largest_json_integer, -1); wait >= 0) {
        problem.retry_after_s = wait;
    }
    if (const std::int64_t epoch = reader.integer_or("next_epoch", 1, largest_json_integer, 0); epoch > 0) {
        problem.next_epoch = epoch;
    }
    if (!reader.ok()) return std::nullopt;
    return problem;
}

std::optional<Problem> decode_problem(std::string_view json, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.answer_bytes, limits.depth});
    if (!document) return std::nullopt;
    return read_problem(document->root());
}

}  // namespace edge::protocol
