#include "endpoints.hpp"

#include "byte_range.hpp"
#include "documents.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/dead_letters.hpp"
#include "edge/hub/digest.hpp"
#include "edge/hub/repair.hpp"
#include "edge/hub/snapshot.hpp"
#include "edge/transport/snapshot_chunk.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace edge::hub {

using protocol::ProblemClass;

namespace {

struct Endpoint {
    std::string_view path;
    std::string_view method;
    std::string_view content_type = {};  ///< of the body; empty: it has none
};
constexpr std::string_view letters_path = "/v1/deadletter";
constexpr std::string_view letters_content_type = "application/json";
constexpr std::array<Endpoint, 11> all_endpoints{{{protocol::sync_path, "POST", protocol::sync_content_type},
                                                  {protocol::repair_path, "POST", protocol::repair_content_type},
                                                  {protocol::pull_path, "GET"},
                                                  {protocol::snapshot_path, "GET"},
                                                  {"/v1/hello", "GET"},
                                                  {"/v1/status", "GET"},
                                                  {letters_path, "GET"},
                                                  {letters_path, "POST", letters_content_type},
                                                  {"/v1/digest", "GET"},
                                                  {"/healthz", "GET"},
                                                  {"/metrics", "GET"}}};

constexpr std::size_t default_page = 100;
constexpr std::size_t largest_page = 1000;

/// The endpoint of that method; of another method if there is none.
const Endpoint* find_endpoint(std::string_view path, std::string_view method) {
    const Endpoint* found = nullptr;
    for (const Endpoint& one : all_endpoints) {
        if (one.path == path && (found == nullptr || one.method == method)) found = &one;
    }
    return found;
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

/// The type without its parameters.
std::string_view media_type(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type;
}

std::string_view methods_of(const Endpoint& endpoint) {
    return endpoint.path == letters_path ? std::string_view("GET, POST") : endpoint.method;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape =
            text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        if (!escape) {
            plain += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
        i += 2;
    }
    return plain;
}

}  // namespace

HttpAnswer problem_answer(const protocol::Problem& problem) {
    HttpAnswer answer;
    answer.status = static_cast<unsigned>(problem.status);
    answer.content_type = protocol::problem_content_type;
    answer.body = protocol::encode(problem);
    answer.retry_after_s = problem.retry_after_s;
    answer.outcome = 1 + static_cast<std::size_t>(problem.problem_class);
    return answer;
}

HttpAnswer problem_answer(unsigned status, ProblemClass problem_class, std::string_view reason,
                          std::string_view detail) {
    protocol::Problem problem = protocol::make_problem(problem_class, reason, std::string(detail));
    problem.status = static_cast<int>(status);
    return problem_answer(problem);
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) == name) {
            return equals == std::string_view::npos ? std::string() : unescape(pair.substr(equals + 1));
        }
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    }
    return std::nullopt;
}

std::optional<HttpAnswer> Endpoints::refuse(const RequestHead& head) const {
    const Endpoint* endpoint = find_endpoint(path_of(head.target), head.method);
    if (endpoint == nullptr) {
        return problem_answer(404, ProblemClass::upgrade, "unknown_path", "this hub has no such endpoint");
    }
    if (head.method != endpoint->method) {
        HttpAnswer answer =
            problem_answer(405, ProblemClass::upgrade, "wrong_method",
                           std::string(endpoint->path) + " takes " + std::string(methods_of(*endpoint)));
        answer.allow = methods_of(*endpoint);
        return answer;
    }
    if (endpoint->content_type.empty()) {
        if (head.content_length.value_or(0) == 0) return std::nullopt;
        return problem_answer(413, ProblemClass::too_big, protocol::reason::too_many_bytes, "this needs no body");
    }
    if (media_type(head.content_type) != endpoint->content_type) {
        return problem_answer(415, ProblemClass::upgrade, "wrong_content_type",
                              "the body must be " + std::string(endpoint->content_type));
    }
    if (!head.content_encoding.empty() && head.content_encoding != "gzip" && head.content_encoding != "identity") {
        return problem_answer(415, ProblemClass::upgrade, "unknown_encoding", "the body may be gzip or plain");
    }
    if (head.content_length.value_or(0) > options_->body_bytes) {
        return problem_answer(413, ProblemClass::too_big, protocol::reason::too_many_bytes,
                              "at most " + std::to_string(options_->body_bytes) + " bytes in one request");
    }
    return std::nullopt;
}

HttpAnswer Endpoints::answer(const RequestHead& head, std::string_view body) const {
    try {
        return route(head, body);
    } catch (const Error& error) {
        ++counters_->store_failures;
        if (options_->log) {
            options_->log({.severity = Severity::error,
                           .name = "store_failed",
                           .facts = {{"code", std::string(edge::name_of(error.code()))}, {"what", error.what()}}});
        }
        // the message names files of the hub and stays in its log
        protocol::Problem problem = protocol::make_problem(ProblemClass::retry, edge::name_of(error.code()),
                                                           "the hub could not do it; nothing was changed");
        if (!is_retryable(error.code())) problem.status = 500;
        problem.retry_after_s = error.code() == ErrorCode::busy ? 1 : 60;
        return problem_answer(problem);
    }
}

HttpAnswer Endpoints::route(const RequestHead& head, std::string_view body) const {
    const std::string_view path = path_of(head.target);
    HttpAnswer answer;
    if (path == protocol::sync_path) return sync(body);
    if (path == protocol::repair_path) return repair(body);
    if (path == protocol::pull_path) return pull(query_of(head.target));
    if (path == protocol::snapshot_path) return snapshot(head);
    if (path == letters_path)
        return head.method == "POST" ? settle_dead_letters(body) : dead_letters(query_of(head.target));
    if (path == "/v1/digest") return digest(query_of(head.target));
    if (path == "/v1/hello") {
        answer.body = hello_document(store_->settings(), *options_);
    } else if (path == "/v1/status") {
        answer.body = status_document(store_->status(), counters_->values());
    } else if (path == "/metrics") {
        answer.content_type = "text/plain; version=0.0.4";
        answer.body = metrics_text(counters_->values());
    } else {
        static_cast<void>(store_->settings());  // a hub that cannot read its store is not healthy
        answer.content_type = "text/plain";
        answer.body = "ok\n";
    }
    return answer;
}

HttpAnswer Endpoints::sync(std::string_view body) const {
    return sync_answer(take_request(*store_, body, now(), options_->intake));
}

Timestamp Endpoints::now() const {
    if (options_->clock) return options_->clock();
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

HttpAnswer Endpoints::sync_answer(const protocol::Decoded<IntakeResult>& result) const {
    if (!result) return problem_answer(result.problem());
    counters_->count_intake(result->counts);
    HttpAnswer answer;
    answer.content_type = protocol::ack_content_type;
    answer.body = protocol::encode(result->ack);
    return answer;
}

HttpAnswer Endpoints::pull(std::string_view query) const {
    protocol::SyncHeader header{.seller = query_value(query, "seller").value_or(""),
                                .replica = query_value(query, "replica").value_or(""),
                                .extra = {}};
    const std::string seen = query_value(query, "seen").value_or("0");
    const auto [end, failure] = std::from_chars(seen.data(), seen.data() + seen.size(), header.seen);
    if (failure != std::errc{} || end != seen.data() + seen.size() || header.seen < 0) {
        return problem_answer(400, ProblemClass::bug, "bad_query", "seen must be a number");
    }
    IntakeOptions options = options_->intake;
    options.pull_bytes = full_pull_bytes;
    return sync_answer(take_parts(*store_, header, {}, now(), options));
}

/// The chunk is made anew for each request: one that was cut off goes on if it still comes to the same bytes.
HttpAnswer Endpoints::snapshot(const RequestHead& head) const {
    const std::optional<SnapshotRequest> request = read_snapshot_request(query_of(head.target));
    if (!request) return problem_answer(400, ProblemClass::bug, "bad_query", "seller, at or after cannot be read");
    const protocol::Decoded<protocol::SnapshotChunk> chunk = snapshot_chunk(*store_, *request);
    if (!chunk) return problem_answer(chunk.problem());
    HttpAnswer answer;
    answer.content_type = protocol::snapshot_content_type;
    answer.body = transport::pack(*chunk);
    answer.packed = true;
    answer.etag = protocol::name_of_frame(answer.body);
    counters_->snapshot_rows += chunk->rows.size();
    const bool same = head.if_range.empty() || head.if_range == '"' + answer.etag + '"';
    if (same && !head.range.empty()) return in_range(head.range, std::move(answer));
    return answer;
}

HttpAnswer Endpoints::repair(std::string_view body) const {
    const protocol::Decoded<protocol::RepairAnswer> result = answer_repair(*store_, body, options_->intake.limits);
    if (!result) return problem_answer(result.problem());
    HttpAnswer answer;
    answer.body = protocol::encode(*result);
    return answer;
}

HttpAnswer Endpoints::digest(std::string_view query) const {
    const std::optional<std::string> seller = query_value(query, "seller");
    if (!seller || seller->empty()) return problem_answer(400, ProblemClass::bug, "bad_query", "seller is missing");
    HttpAnswer answer;
    answer.body = digest_document(*seller, digest_of(*store_, *seller, query_value(query, "replica").value_or("")));
    return answer;
}

HttpAnswer Endpoints::dead_letters(std::string_view query) const {
    DeadLetterFilter filter{.seller = query_value(query, "seller").value_or(""), .after = {}, .at_most = default_page};
    if (const std::optional<std::string> limit = query_value(query, "limit")) {
        const auto [end, failure] = std::from_chars(limit->data(), limit->data() + limit->size(), filter.at_most);
        if (failure != std::errc{} || end != limit->data() + limit->size() || filter.at_most < 1 ||
            filter.at_most > largest_page) {
            return problem_answer(400, ProblemClass::bug, "bad_query", "limit must be 1 to 1000");
        }
    }
    if (const std::optional<std::string> after = query_value(query, "after")) {
        filter.after = decode_cursor(*after);
        if (!filter.after || filter.seller.empty()) {
            return problem_answer(400, ProblemClass::bug, "bad_query", "after is a cursor, and needs a seller");
        }
    }
    filter.settled = query_value(query, "settled") == "1";
    const std::vector<SellerDeadLetter> letters = store_->dead_letters(filter);
    HttpAnswer answer;
    answer.body = dead_letters_document(letters, letters.size() == filter.at_most && !filter.seller.empty());
    return answer;
}

HttpAnswer Endpoints::settle_dead_letters(std::string_view body) const {
    const std::optional<LetterOrder> order = read_letter_order(body, options_->intake.limits);
    if (!order) {
        return problem_answer(
            400, ProblemClass::bug, "bad_body",
            R"(the body must be {"action": "retry" or "discard", "ids": [...]}, at most 1000 of them)");
    }
    try {
        const LetterReport report = order->retry ? retry_dead_letters(*store_, order->ids, now())
                                                 : discard_dead_letters(*store_, order->ids, now());
        HttpAnswer answer;
        answer.body = letter_report_document(report);
        return answer;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::not_found)
            return problem_answer(404, ProblemClass::bug, "not_found", error.what());
        if (error.code() == ErrorCode::conflict) return problem_answer(409, ProblemClass::bug, "settled", error.what());
        throw;
    }
}

}  // namespace edge::hub
