#include "edge/hub/repair.hpp"

#include "pull.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace edge::hub {

using protocol::BucketRows;
using protocol::RepairAnswer;
using protocol::RepairRequest;
using protocol::RowName;
using protocol::Sum128;
using protocol::TableBuckets;
using protocol::TableDescriptor;

namespace {

/// Key and hash in JSON.
constexpr std::size_t bytes_of_hash = 90;

/// Calls `visit` for each shared row that is not deleted, with its hash.
template <class Visit>
void each_shared_row(SellerReader& reader, const Visit& visit) {
    reader.each_row([&](const StoredRow& stored) {
        const TableDescriptor* table = protocol::find_table(stored.at.table);
        if (table == nullptr || !protocol::is_shared(*table) || stored.row.deleted) return;
        visit(*table, stored.at.key, protocol::row_hash(*table, stored.at.key, stored.row.fields));
    });
}

std::vector<TableBuckets> buckets_of(SellerReader& reader) {
    std::map<std::string_view, TableBuckets> tables;
    each_shared_row(reader, [&](const TableDescriptor& table, const std::string& key, const Sum128& hash) {
        TableBuckets& buckets = tables[table.name];
        buckets.table = table.name;
        buckets.sums.at(protocol::bucket_of(key)) += hash;
    });
    std::vector<TableBuckets> all;
    for (auto& [name, buckets] : tables) all.push_back(std::move(buckets));
    return all;
}

/// A bucket goes as a whole, the first whatever its size.
void list_buckets(SellerReader& reader, const std::vector<TableBuckets>& known, std::size_t bytes,
                  RepairAnswer& answer) {
    std::map<std::pair<std::string, std::size_t>, BucketRows> listed;
    for (const auto& [table, bucket] : protocol::differing_buckets(known, buckets_of(reader))) {
        listed.emplace(std::pair(table, bucket), BucketRows{.table = table, .bucket = bucket, .rows = {}});
    }
    if (listed.empty()) return;
    each_shared_row(reader, [&](const TableDescriptor& table, const std::string& key, const Sum128& hash) {
        const auto found = listed.find(std::pair(std::string(table.name), protocol::bucket_of(key)));
        if (found != listed.end()) found->second.rows.push_back({.key = key, .hash = hash});
    });
    std::size_t size = 0;
    for (auto& [place, bucket] : listed) {
        size += bucket.rows.size() * bytes_of_hash;
        if (!answer.buckets.empty() && size > bytes) {
            answer.more = true;
            return;
        }
        answer.buckets.push_back(std::move(bucket));
    }
}

void tell_rows(SellerReader& reader, const std::vector<RowName>& names, std::size_t bytes, RepairAnswer& answer) {
    std::vector<RowKey> keys;
    for (const RowName& name : names) {
        const TableDescriptor* table = protocol::find_table(name.table);
        if (table != nullptr && protocol::is_shared(*table)) keys.push_back({.table = table->number, .key = name.key});
    }
    if (keys.empty()) {
        answer.told = names.size();
        return;
    }
    std::map<RowName, protocol::Change> found;
    for (const StoredRow& stored : reader.rows(keys)) {
        protocol::Change change = told_row(stored);
        found.emplace(RowName{.table = change.table, .key = change.key}, std::move(change));
    }
    std::size_t size = 0;
    for (const RowName& name : names) {
        if (const auto row = found.find(name); row != found.end()) {
            size += protocol::encode(row->second).size();
            if (!answer.rows.empty() && size > bytes) return;
            answer.rows.push_back(std::move(row->second));
        }
        ++answer.told;
    }
}

}  // namespace

RepairAnswer answer_repair(HubStore& store, const RepairRequest& request, std::size_t bytes) {
    const std::unique_ptr<SellerReader> reader = store.read(request.seller);
    RepairAnswer answer;
    answer.at = reader->head().seq;
    if (request.tables) list_buckets(*reader, *request.tables, bytes, answer);
    tell_rows(*reader, request.rows, bytes, answer);
    return answer;
}

protocol::Decoded<RepairAnswer> answer_repair(HubStore& store, std::string_view body, const protocol::Limits& limits) {
    const protocol::Decoded<RepairRequest> request = protocol::decode_repair_request(body, limits);
    if (!request) return request.problem();
    return answer_repair(store, *request);
}

}  // namespace edge::hub
