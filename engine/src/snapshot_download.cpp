#include "snapshot_download.hpp"

#include "sync_run.hpp"

#include "edge/core/error.hpp"
#include "edge/transport/snapshot_chunk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edge {

using protocol::Ack;
using protocol::Decoded;
using protocol::ProblemClass;
using protocol::SnapshotChunk;

namespace {

/// A chunk may come damaged, or not go on, so often in a row.
constexpr int most_attempts = 4;

std::string header_of(const HubAnswer& answer, std::string_view name) {
    for (const auto& [each, value] : answer.headers) {
        if (each == name) return value;
    }
    return {};
}

/// A place's text holds nothing else that a query would take for its own.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

[[noreturn]] void refuse(const SnapshotSource& source, const protocol::Problem& problem) {
    const bool has_none = problem.status == 404;
    const std::string why =
        has_none ? "it has no snapshots; it is older than this program" : sync_reason(problem.reason, problem.detail);
    throw Error(ErrorCode::refused, fmt::format("cannot fill a file from the hub at {}: {}", source.url, why),
                {{"status", std::to_string(problem.status)},
                 {"reason", problem.reason},
                 {"class", std::string(protocol::name_of(problem.problem_class))}},
                has_none ? "ask who runs the hub to update it; edge-analytics sync goes on without"
                         : "nothing was changed; ask who runs the hub");
}

protocol::Response response_of(const HubAnswer& answer) {
    return {.status = answer.status, .headers = answer.headers, .body = answer.body};
}

}  // namespace

SnapshotDownload::SnapshotDownload(const HubExchange& exchange, SnapshotSource source, std::function<bool()> cancelled)
    : exchange_(exchange), source_(std::move(source)), cancelled_(std::move(cancelled)) {}

std::string SnapshotDownload::path_of(const SnapshotPosition& position) const {
    std::string path = fmt::format("{}?seller={}&replica={}", protocol::snapshot_path, escaped(source_.seller),
                                   escaped(source_.replica));
    if (!position.at) return path;
    return path + fmt::format("&hub_epoch={}&at={}&after={}", escaped(position.hub_epoch), *position.at,
                              escaped(to_text(position.after)));
}

HubAnswer SnapshotDownload::ask(const std::string& path, const Partial& partial) {
    HubRequest request{.url = source_.url,
                       .path = path,
                       .body = {},
                       .content_type = {},
                       .timeout = source_.timeout,
                       .cancelled = cancelled_,
                       .method = "GET"};
    if (!partial.bytes.empty()) {
        request.headers = {{"Range", fmt::format("bytes={}-", partial.bytes.size())}, {"If-Range", partial.etag}};
    }
    HubAnswer answer = exchange_(request);
    bytes_received_ += answer.bytes_received;
    traffic_ += traffic_of(answer);
    if (cancelled_ && cancelled_()) {
        throw Error(ErrorCode::cancelled, "cannot finish filling a file from the hub: it was stopped", {},
                    "what has come is kept; the next run goes on with it");
    }
    return answer;
}

/// Adds what came to what was there before. False if the two do not fit.
bool SnapshotDownload::take(HubAnswer answer, Partial& partial) const {
    const std::string etag = header_of(answer, "etag");
    const std::string range = header_of(answer, "content-range");
    if (range.empty()) {
        partial = {.bytes = std::move(answer.body), .etag = etag};
        return true;
    }
    const bool fits = etag == partial.etag && range.starts_with(fmt::format("bytes {}-", partial.bytes.size()));
    if (fits) partial.bytes += answer.body;
    return fits;
}

SnapshotDownload::Problem SnapshotDownload::problem_of(const HubAnswer& answer) const {
    if (answer.status == 200 || answer.status == 206) return {};
    const protocol::Problem problem = protocol::problem_in(response_of(answer));
    if (answer.status == 416) return {};
    if (problem.reason == protocol::reason::snapshot_expired || problem.reason == protocol::reason::cursor_expired)
        return SnapshotExpired{problem.detail};
    if (problem.problem_class == ProblemClass::retry && problem.reason != "unexpected_answer")
        return SnapshotInterrupted{sync_reason(problem.reason, problem.detail)};
    refuse(source_, problem);
}

bool SnapshotDownload::is_asked_for(const SnapshotChunk& chunk, const SnapshotPosition& position) const {
    if (chunk.seller != source_.seller || chunk.after != position.after) return false;
    return !position.at || (chunk.at == *position.at && chunk.hub_epoch == position.hub_epoch);
}

SnapshotDownload::ChunkAnswer SnapshotDownload::chunk(const SnapshotPosition& position) {
    const std::string path = path_of(position);
    Partial partial;
    std::string failure;
    std::string fault;
    for (int attempts = 0; attempts < most_attempts; ++attempts) {
        if (attempts > 0) ++repeated_;
        HubAnswer answer = ask(path, partial);
        failure = answer.failure;
        const std::size_t before = partial.bytes.size();
        if (answer.status == 0) {
            // without a name for the bytes nobody can tell whether the rest would be of the same
            const bool kept = !header_of(answer, "etag").empty() && take(std::move(answer), partial);
            if (!kept) partial = {};
            if (partial.bytes.size() > before) attempts = 0;  // a slow way to the hub, but a way
            continue;
        }
        Problem problem = problem_of(answer);
        if (auto* expired = std::get_if<SnapshotExpired>(&problem)) return std::move(*expired);
        if (auto* interrupted = std::get_if<SnapshotInterrupted>(&problem)) return std::move(*interrupted);
        if (answer.status == 416 || !take(std::move(answer), partial)) {
            partial = {};
            continue;
        }
        Decoded<SnapshotChunk> chunk = transport::unpack_snapshot_chunk(std::exchange(partial, {}).bytes);
        if (chunk && is_asked_for(*chunk, position)) return *std::move(chunk);
        if (!chunk && chunk.problem().problem_class == ProblemClass::upgrade) refuse(source_, chunk.problem());
        fault = chunk ? "it is not the chunk that was asked for" : chunk.problem().detail;
    }
    if (!failure.empty() || fault.empty()) {
        const std::size_t colon = std::min(failure.find(": "), failure.size());
        return SnapshotInterrupted{sync_reason(failure.empty() ? "broken" : failure.substr(0, colon),
                                               failure.size() > colon ? failure.substr(colon + 2) : std::string())};
    }
    return SnapshotInterrupted{"a chunk of the snapshot cannot be read: " + fault};
}

SnapshotDownload::PullAnswer SnapshotDownload::changes(std::int64_t seen) {
    const HubAnswer answer = ask(fmt::format("{}?seller={}&replica={}&seen={}", protocol::pull_path,
                                             escaped(source_.seller), escaped(source_.replica), seen),
                                 {});
    if (answer.status == 0) {
        const std::size_t colon = std::min(answer.failure.find(": "), answer.failure.size());
        return SnapshotInterrupted{sync_reason(answer.failure.substr(0, colon))};
    }
    Problem problem = problem_of(answer);
    if (auto* expired = std::get_if<SnapshotExpired>(&problem)) return std::move(*expired);
    if (auto* interrupted = std::get_if<SnapshotInterrupted>(&problem)) return std::move(*interrupted);
    Decoded<Ack> ack = protocol::decode_ack(answer.body);
    if (!ack) return SnapshotInterrupted{sync_reason("not_the_hub", ack.problem().detail)};
    if (ack->pull.problem) return SnapshotExpired{ack->pull.problem->detail};
    return *std::move(ack);
}

}  // namespace edge
