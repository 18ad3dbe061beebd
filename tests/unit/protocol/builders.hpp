#pragma once

#include "edge/protocol/hub_session.hpp"
#include "edge/protocol/seal.hpp"
#include "edge/protocol/segment.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace edge::protocol::test {

inline const std::string bread_key = "01JDQ4S0N9A1B2C3D4E5F6G7H8";
inline const std::string seller_key = "01JDQ4R7K2M8X5V9T3B6N1C0HA";
inline const std::string replica_key = "01JDQ4R7K2REP5V9T3B6N1C0HA";
inline const std::string sale_key = "01JDQ4S5ZCA1B2C3D4E5F6G7H8";
inline constexpr std::int64_t monday = 1'764'000'000'000;  // ms

/// A wire key that differs with `number`.
inline std::string key(int number) {
    std::string digits = std::to_string(number);
    return "01JDQ4S5ZC" + std::string(16 - digits.size(), '0') + digits;
}

inline Change collect(std::string reservation = sale_key, std::string when = "2026-11-23T16:02:11Z") {
    Change change;
    change.table = "reservations";
    change.key = std::move(reservation);
    change.op = Op::update;
    change.fields = {{"collected_at", std::move(when)}};
    return change;
}

inline Change cancel(std::string when = "2026-11-23T15:00:00Z") {
    Change change = collect();
    change.fields = {{"cancelled_at", std::move(when)}};
    return change;
}

inline Change reserve(std::string reservation = sale_key, std::string code = "K7M2QX") {
    Change change;
    change.table = "reservations";
    change.key = std::move(reservation);
    change.op = Op::create;
    change.fields = {{"bundle", bread_key},           {"consumer", FieldValue()},
                     {"claim_code", std::move(code)}, {"reserved_at", "2026-11-23T12:00:00Z"},
                     {"collected_at", FieldValue()},  {"cancelled_at", FieldValue()}};
    return change;
}

inline Change edit_bundle(Fields fields) {
    Change change;
    change.table = "bundles";
    change.key = bread_key;
    change.op = Op::update;
    change.fields = std::move(fields);
    return change;
}

inline Change deletion(std::string table, std::string row) {
    Change change;
    change.table = std::move(table);
    change.key = std::move(row);
    change.op = Op::remove;
    return change;
}

inline Change post_bundle() {
    Change change;
    change.table = "bundles";
    change.key = bread_key;
    change.op = Op::create;
    change.fields = {{"seller", seller_key},
                     {"name", "Evening bakery bag"},
                     {"description", ""},
                     {"categories", std::vector<std::string>{key(7)}},
                     {"total_qty", std::int64_t{8}},
                     {"weight_grams", std::int64_t{900}},
                     {"carbon_dioxide", std::int64_t{2250}},
                     {"price_minor", std::int64_t{399}},
                     {"discount_percentage", std::int64_t{0}},
                     {"window_start", "2026-11-23T17:00:00Z"},
                     {"window_end", "2026-11-23T18:00:00Z"},
                     {"created_at", "2026-11-23T08:00:00Z"},
                     {"closed_at", FieldValue()}};
    return change;
}

inline Segment segment_of(std::vector<Change> changes) {
    Segment segment;
    segment.seller = seller_key;
    segment.replica = replica_key;
    segment.epoch = 2;
    segment.seq = 1042;
    segment.schema = 1;
    segment.app = "edge-analytics/0.1.0";
    segment.h0 = monday;
    segment.seen = 88119;
    segment.changes = std::move(changes);
    return segment;
}

inline JournalEntry entry(Change change, Op first, Op last) {
    return {.table = change.table,
            .key = change.key,
            .first = first,
            .last = last,
            .base = change.base,
            .hlc = monday + change.hlc,
            .fields = std::move(change.fields)};
}
inline JournalEntry entry(const Change& change) { return entry(change, change.op, change.op); }

inline SealSettings seal_settings() {
    SealSettings settings;
    settings.seller = seller_key;
    settings.replica = replica_key;
    settings.schema = 1;
    settings.app = "edge-analytics/0.1.0";
    settings.ops = {.epoch = 1, .next_seq = 1, .prev = {}};
    settings.bulk = {.epoch = 1, .next_seq = 1, .prev = {}};
    return settings;
}

}  // namespace edge::protocol::test
