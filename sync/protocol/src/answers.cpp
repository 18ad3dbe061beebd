#include "answers.hpp"

#include "json.hpp"

#include <algorithm>
#include <charconv>

namespace edge::protocol {
namespace {

bool is_transient(int status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

std::optional<ProblemClass> class_of_status(int status) {
    switch (status) {
        case 401:
        case 403: return ProblemClass::auth;
        case 409:
        case 410:
        case 416: return ProblemClass::resync;
        case 415:
        case 426: return ProblemClass::upgrade;
        case 422: return ProblemClass::bug;
        default: return std::nullopt;
    }
}

/// Seconds; a date, which would need both clocks to agree, counts as nothing.
std::optional<std::int64_t> retry_after(const Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (name != "retry-after") continue;
        std::int64_t seconds = 0;
        const char* const end = value.data() + value.size();
        const auto [stopped, error] = std::from_chars(value.data(), end, seconds);
        if (error == std::errc{} && stopped == end && seconds >= 0) return seconds;
    }
    return std::nullopt;
}

bool is_json(std::string_view body, const Limits& limits) {
    return static_cast<bool>(JsonDocument::parse(body, {limits.answer_bytes, limits.depth}));
}

Problem problem_of(const Response& response, const Limits& limits) {
    const std::string status = "status " + std::to_string(response.status);
    if (response.status == 413) return make_problem(ProblemClass::too_big, reason::too_many_bytes, status);
    if (std::optional<Problem> told = decode_problem(response.body, limits)) {
        if (is_transient(response.status)) told->problem_class = ProblemClass::retry;
        return *told;
    }
    if (is_transient(response.status)) return make_problem(ProblemClass::retry, "unavailable", status);
    if (!is_json(response.body, limits)) return make_problem(ProblemClass::retry, "not_the_hub", status);
    const std::optional<ProblemClass> problem_class = class_of_status(response.status);
    if (problem_class) return make_problem(*problem_class, "unexplained", status);
    return make_problem(ProblemClass::retry, "unexpected_answer", status);
}

}  // namespace

Problem problem_in(const Response& response, const Limits& limits) {
    Problem problem = problem_of(response, limits);
    problem.status = response.status;
    if (const std::optional<std::int64_t> seconds = retry_after(response)) problem.retry_after_s = seconds;
    return problem;
}

Decoded<Ack> classify(const Response& response, const Limits& limits) {
    if (response.status >= 200 && response.status < 300) {
        Decoded<Ack> ack = decode_ack(response.body, limits);
        if (ack || ack.problem().problem_class == ProblemClass::upgrade) return ack;
        return make_problem(ProblemClass::retry, "not_the_hub", ack.problem().detail);
    }
    return problem_in(response, limits);
}

}  // namespace edge::protocol
