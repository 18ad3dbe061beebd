#pragma once

#include "counters.hpp"

#include "edge/hub/server.hpp"
#include "edge/hub/store.hpp"
#include "edge/protocol/problem.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace edge::hub {

/// What of a request's head decides whether its body is read.
struct RequestHead {
    std::string method;
    std::string target;  ///< path and query as they were sent
    std::string content_type;
    std::string content_encoding;
    std::optional<std::uint64_t> content_length;
    std::string range = {};
    std::string if_range = {};
};

struct HttpAnswer {
    unsigned status = 200;
    std::string_view content_type = "application/json";
    std::string body;
    std::string_view allow;                     ///< methods, with 405
    std::optional<std::int64_t> retry_after_s;  ///< with 503
    std::size_t outcome = 0;                    ///< in outcome_names
    std::string etag = {};                      ///< without quotes; names the bytes of what may be asked for in part
    std::string content_range = {};             ///< with 206 and 416
    bool packed = false;                        ///< compressed already
};

[[nodiscard]] HttpAnswer problem_answer(const protocol::Problem& problem);
/// A problem with another status than its class usually has.
[[nodiscard]] HttpAnswer problem_answer(unsigned status, protocol::ProblemClass problem_class, std::string_view reason,
                                        std::string_view detail);

/// What the hub answers, without sockets. For any number of threads.
class Endpoints {
public:
    Endpoints(HubStore& store, const ServerOptions& options, Counters& counters)
        : store_(&store), options_(&options), counters_(&counters) {}

    /// The refusal of a request whose head is enough to refuse it: unknown path, wrong method, content that is not
    /// understood or too long.
    [[nodiscard]] std::optional<HttpAnswer> refuse(const RequestHead& head) const;
    /// Answers a request that was not refused; `body` is expanded. Never throws for what the store throws.
    [[nodiscard]] HttpAnswer answer(const RequestHead& head, std::string_view body) const;

private:
    [[nodiscard]] HttpAnswer route(const RequestHead& head, std::string_view body) const;
    [[nodiscard]] HttpAnswer sync(std::string_view body) const;
    [[nodiscard]] HttpAnswer sync_answer(const protocol::Decoded<IntakeResult>& result) const;
    [[nodiscard]] HttpAnswer repair(std::string_view body) const;
    [[nodiscard]] HttpAnswer pull(std::string_view query) const;
    [[nodiscard]] HttpAnswer snapshot(const RequestHead& head) const;
    [[nodiscard]] HttpAnswer dead_letters(std::string_view query) const;
    [[nodiscard]] HttpAnswer settle_dead_letters(std::string_view body) const;
    [[nodiscard]] HttpAnswer digest(std::string_view query) const;
    [[nodiscard]] Timestamp now() const;

    HubStore* store_;
    const ServerOptions* options_;
    Counters* counters_;
};

/// The value of `name` in a query string, with percent escapes resolved; nothing if it is not there.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace edge::hub
