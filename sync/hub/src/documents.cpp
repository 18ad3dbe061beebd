#include "documents.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace edge::hub {

namespace json = boost::json;

namespace {

json::value instant_or_null(const std::optional<Timestamp>& instant) {
    if (!instant) return nullptr;
    return json::value(format_timestamp(*instant));
}

/// The raw text of a change is JSON already; a reader gets it as such.
json::value json_of(const std::string& text) {
    boost::system::error_code failure;
    json::value value = json::parse(text, failure);
    if (failure) return json::value(text);
    return value;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc{} && end == text.data() + text.size();
}

json::array json_of_letters(const std::vector<SellerDeadLetter>& letters) {
    json::array list;
    list.reserve(letters.size());
    for (const auto& [seller, letter] : letters) {
        list.push_back({{"id", format_letter_id({.seller = seller, .change = letter.id})},
                        {"seller", seller},
                        {"replica", letter.id.replica},
                        {"lane", protocol::name_of(letter.id.part.lane.lane)},
                        {"epoch", letter.id.part.lane.epoch},
                        {"seq", letter.id.part.seq},
                        {"part", letter.id.part.part},
                        {"index", letter.id.index},
                        {"t", letter.table},
                        {"k", letter.key},
                        {"outcome", protocol::name_of(letter.outcome)},
                        {"reason", letter.reason},
                        {"detail", letter.detail},
                        {"at", format_timestamp(letter.at)},
                        {"state", name_of(letter.state)},
                        {"settled_at", instant_or_null(letter.settled_at)},
                        {"change", json_of(letter.change)}});
    }
    return list;
}

}  // namespace

std::string hello_document(const HubSettings& settings, const ServerOptions& options) {
    const protocol::Limits& limits = options.intake.limits;
    return json::serialize(json::object{{"v", 1},
                                        {"type", "hello"},
                                        {"app", options.app},
                                        {"versions", json::array{1}},
                                        {"hub_epoch", settings.epoch},
                                        {"encodings", json::array{"gzip"}},
                                        {"limits",
                                         {{"part_bytes", limits.part_bytes},
                                          {"part_compressed_bytes", limits.part_compressed_bytes},
                                          {"part_changes", limits.part_changes},
                                          {"row_bytes", limits.row_bytes},
                                          {"depth", limits.depth},
                                          {"request_bytes", limits.request_bytes},
                                          {"request_compressed_bytes", options.body_bytes},
                                          {"request_parts", limits.request_parts},
                                          {"answer_bytes", limits.answer_bytes},
                                          {"expansion_ratio", limits.expansion_ratio}}}});
}

std::string status_document(const HubStatus& status, const ServerCounters& counters) {
    return json::serialize(json::object{{"v", 1},
                                        {"type", "hub_status"},
                                        {"hub_epoch", status.settings.epoch},
                                        {"durable",
                                         {{"rule", name_of(status.settings.durable.rule)},
                                          {"lag_s", status.settings.durable.lag.count()},
                                          {"covered", instant_or_null(status.settings.covered)}}},
                                        {"sellers", status.sellers},
                                        {"replicas", status.replicas},
                                        {"rows", status.rows},
                                        {"tombstones", status.tombstones},
                                        {"applied_segments", status.applied_segments},
                                        {"staged_parts", status.staged_parts},
                                        {"dead_letters", status.dead_letters},
                                        {"last_applied_at", instant_or_null(status.last_applied_at)},
                                        {"connections_open", counters.connections_open},
                                        {"requests", counters.requests}});
}

std::string dead_letters_document(const std::vector<SellerDeadLetter>& letters, bool more) {
    json::object document{
        {"v", 1}, {"type", "dead_letters"}, {"dead_letters", json_of_letters(letters)}, {"next", nullptr}};
    if (more && !letters.empty()) document["next"] = encode_cursor(letters.back().letter.id);
    return json::serialize(document);
}

std::optional<LetterOrder> read_letter_order(std::string_view body, const protocol::Limits& limits) {
    constexpr std::size_t most_ids = 1000;
    if (body.size() > limits.part_compressed_bytes) return std::nullopt;
    boost::system::error_code failure;
    const json::value document = json::parse(body, failure);
    const json::object* order = failure ? nullptr : document.if_object();
    const json::value* action = order == nullptr ? nullptr : order->if_contains("action");
    const json::value* listed = order == nullptr ? nullptr : order->if_contains("ids");
    if (action == nullptr || listed == nullptr || (*action != "retry" && *action != "discard")) return std::nullopt;
    const json::array* ids = listed->if_array();
    if (ids == nullptr || ids->empty() || ids->size() > most_ids) return std::nullopt;
    LetterOrder read{.retry = *action == "retry", .ids = {}};
    for (const json::value& id : *ids) {
        const std::optional<LetterId> letter = id.is_string() ? parse_letter_id(id.get_string()) : std::nullopt;
        if (!letter) return std::nullopt;
        read.ids.push_back(*letter);
    }
    return read;
}

std::string letter_report_document(const LetterReport& report) {
    return json::serialize(json::object{{"v", 1},
                                        {"type", "dead_letter_report"},
                                        {"settled", report.settled},
                                        {"refused", json_of_letters(report.refused)}});
}

std::string digest_document(std::string_view seller, const protocol::RowDigest& digest) {
    json::array tables;
    for (const protocol::RowDigest::TableDigest& table : digest.tables()) {
        tables.push_back(json::object{{"table", table.table}, {"rows", table.rows}, {"hash", table.hash}});
    }
    return json::serialize(json::object{
        {"v", 1}, {"type", "digest"}, {"seller", seller}, {"root", digest.root()}, {"tables", std::move(tables)}});
}

std::string encode_cursor(const ChangeId& id) {
    return fmt::format("{}/{}/{}/{}/{}/{}", id.replica, id.part.lane.epoch, protocol::name_of(id.part.lane.lane),
                       id.part.seq, id.part.part, id.index);
}

std::optional<ChangeId> decode_cursor(std::string_view text) {
    // from the end: a replica's name may hold a slash
    std::array<std::string_view, 5> fields;
    for (std::size_t i = fields.size(); i-- > 0;) {
        const std::size_t slash = text.rfind('/');
        if (slash == std::string_view::npos) return std::nullopt;
        fields.at(i) = text.substr(slash + 1);
        text = text.substr(0, slash);
    }
    ChangeId id;
    id.replica = text;
    const std::optional<protocol::Lane> lane = protocol::parse_lane(fields[1]);
    const bool numbers = read_number(fields[0], id.part.lane.epoch) && read_number(fields[2], id.part.seq) &&
                         read_number(fields[3], id.part.part) && read_number(fields[4], id.index);
    if (!lane || !numbers) return std::nullopt;
    id.part.lane.lane = *lane;
    return id;
}

}  // namespace edge::hub
