#include "sync_rows.hpp"
#include "sync_seal.hpp"

#include "edge/protocol/row_digest.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/journal.hpp"
#include "edge/transport/http_client.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace edge {

using protocol::RowDigest;
using storage::CapturedTable;
using storage::Connection;
using storage::Query;

namespace json = boost::json;

namespace {

constexpr std::int64_t largest_id = std::numeric_limits<std::int64_t>::max();

void add_rows(TableRows& rows, RowDigest& digest) {
    while (rows.next()) {
        const std::string key = rows.key();
        if (!key.empty()) digest.add(rows.descriptor(), key, rows.fields(TableRows::all_columns));
    }
}

/// Everything that this file says to the hub, from the rows themselves.
RowDigest digest_of(Connection& db) {
    RowDigest digest;
    for (const storage::CapturedTableInfo& table : storage::captured_tables()) {
        TableRows rows(db, table.number);
        if (table.number != CapturedTable::analytics_points) {
            rows.seek(std::numeric_limits<std::int64_t>::min(), largest_id);
            add_rows(rows, digest);
            continue;
        }
        Query series = db.query("SELECT series_id FROM analytics_series ORDER BY series_id");
        while (series.step()) {
            const std::int64_t first = series.integer(0) * storage::points_per_series;
            rows.seek(first, first + storage::points_per_series - 1);
            add_rows(rows, digest);
        }
    }
    return digest;
}

struct HubDigest {
    std::string root;
    std::map<std::string, RowDigest::TableDigest> tables;
};

/// Throws `corrupt_data` if the hub's answer cannot be read.
HubDigest read_digest(const std::string& body) {
    try {
        const json::value document = json::parse(body);
        HubDigest digest{.root = std::string(document.at("root").as_string()), .tables = {}};
        for (const json::value& table : document.at("tables").as_array()) {
            const std::string name(table.at("table").as_string());
            digest.tables.emplace(name, RowDigest::TableDigest{.table = name,
                                                               .rows = table.at("rows").to_number<std::int64_t>(),
                                                               .hash = std::string(table.at("hash").as_string())});
        }
        return digest;
    } catch (const std::exception& failure) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot compare with the hub: its answer is no digest ({})", failure.what()), {},
                    "check that the address is that of an edge-analytics hub");
    }
}

/// Later, not allowed, another version, or no: as a sync tells them apart, but that an answer which says nothing at all
/// is a refusal, since nothing here tries again by itself.
[[noreturn]] void refuse(const std::string& url, const protocol::Response& response) {
    const protocol::Problem problem = protocol::problem_in(response);
    const bool later = problem.problem_class == protocol::ProblemClass::retry && problem.reason != "unexpected_answer";
    const std::string said = problem.detail.empty() ? problem.reason : problem.reason + ", " + problem.detail;
    throw Error(later ? ErrorCode::offline : ErrorCode::refused,
                fmt::format("cannot compare with the hub at {}: it answered {} ({})", url, response.status, said),
                {{"status", std::to_string(response.status)},
                 {"reason", problem.reason},
                 {"class", std::string(protocol::name_of(problem.problem_class))}},
                later ? "try again later; nothing was changed" : "check the address, and ask who runs the hub");
}

HubDigest fetch_digest(const std::string& url, std::chrono::milliseconds timeout, const std::string& ca_file,
                       const SyncIdentity& identity) {
    transport::HttpClient client({.base_url = url, .total_timeout = timeout, .ca_file = ca_file});
    const transport::HttpResult result =
        client.get(fmt::format("/v1/digest?seller={}&replica={}", identity.seller, identity.replica));
    if (const auto* failure = std::get_if<transport::TransportFailure>(&result)) {
        throw Error(ErrorCode::offline, fmt::format("cannot reach the hub at {}: {}", url, failure->detail), {},
                    "check the address and the network, and try again");
    }
    const auto& response = std::get<protocol::Response>(result);
    if (response.status != 200) refuse(url, response);
    return read_digest(response.body);
}

}  // namespace

SyncVerifyReport Engine::verify_sync(const std::string& url, std::chrono::milliseconds timeout) {
    const SyncIdentity identity = sync_identity(*state_);
    const HubDigest hub = fetch_digest(url, timeout, state_->options.ca_file, identity);
    SyncVerifyReport report{.pending_changes = sync_status().pending_changes, .hub_root = hub.root};
    const storage::ReadTransaction read(state_->db);
    const RowDigest here = digest_of(state_->db);
    report.root = here.root();
    report.equal = report.root == report.hub_root;
    std::map<std::string, SyncVerifyReport::Table> tables;
    for (const auto& [name, table] : hub.tables) tables[name] = {.table = name, .rows_at_hub = table.rows};
    for (const RowDigest::TableDigest& table : here.tables()) {
        SyncVerifyReport::Table& compared = tables[table.table];
        compared.table = table.table;
        compared.rows = table.rows;
        const auto found = hub.tables.find(table.table);
        compared.equal = found != hub.tables.end() && found->second.hash == table.hash;
    }
    for (auto& [name, table] : tables) report.tables.push_back(std::move(table));
    std::sort(report.tables.begin(), report.tables.end(), [](const auto& left, const auto& right) {
        return protocol::table_order(left.table) < protocol::table_order(right.table);
    });
    return report;
}

}  // namespace edge
