#include "marketplace_rows.hpp"

#include "edge/protocol/tables.hpp"

#include <charconv>
#include <set>
#include <utility>

namespace edge::hub {
namespace {

namespace sql = marketplace_sql;
using protocol::Fields;
using RowList = std::vector<const StoredRow*>;
using Texts = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using NullableTexts = std::vector<std::optional<std::string>>;

const std::string& text_of(const Fields& fields, std::string_view column) {
    static const std::string nothing;
    const protocol::FieldValue* value = protocol::find_field(fields, column);
    const std::string* text = value == nullptr ? nullptr : protocol::as_text(*value);
    return text == nullptr ? nothing : *text;
}

std::optional<std::string> text_or_null(const Fields& fields, std::string_view column) {
    const protocol::FieldValue* value = protocol::find_field(fields, column);
    const std::string* text = value == nullptr ? nullptr : protocol::as_text(*value);
    if (text == nullptr) return std::nullopt;
    return *text;
}

std::int64_t integer_of(const Fields& fields, std::string_view column) {
    const protocol::FieldValue* value = protocol::find_field(fields, column);
    if (value == nullptr) return 0;
    if (const bool* truth = std::get_if<bool>(value)) return *truth ? 1 : 0;
    return protocol::as_integer(*value).value_or(0);
}

/// A column of texts or numbers of some rows.
Texts texts(const RowList& rows, std::string_view column) {
    Texts values;
    values.reserve(rows.size());
    for (const StoredRow* row : rows) values.push_back(text_of(row->row.fields, column));
    return values;
}
NullableTexts nullable_texts(const RowList& rows, std::string_view column) {
    NullableTexts values;
    values.reserve(rows.size());
    for (const StoredRow* row : rows) values.push_back(text_or_null(row->row.fields, column));
    return values;
}
Integers integers(const RowList& rows, std::string_view column) {
    Integers values;
    values.reserve(rows.size());
    for (const StoredRow* row : rows) values.push_back(integer_of(row->row.fields, column));
    return values;
}
Texts keys(const RowList& rows) {
    Texts values;
    values.reserve(rows.size());
    for (const StoredRow* row : rows) values.push_back(storable_name(row->at.key));
    return values;
}

/// The rows of a request, by what is to become of them in the marketplace.
struct Sorted {
    RowList put;
    RowList drop;
};

class Filling {
public:
    Filling(PostgresConnection& db, const Marketplace& market, const std::string& seller, const ClaimsBefore& before,
            Rows rows)
        : db_(&db), market_(&market), seller_(&seller), before_(&before), rows_(rows) {}

    void sort(const StoredRow& stored) {
        Sorted& sorted = tables_[stored.at.table];
        (stored.row.deleted ? sorted.drop : sorted.put).push_back(&stored);
    }

    void queue() {
        queue_profile(of("sellers"));
        queue_categories(of("category").put);
        queue_bundles(of("bundles").put);
        queue_reservations(of("reservations"));
        queue_lost_bundles(of("bundles").drop);
        queue_inputs(of("forecast_input"));
        queue_outputs(of("forecast_output"));
        queue_graphs(of("analytics_graphs"));
        queue_series(of("analytics_series"));
        queue_points(of("analytics_points"));
    }

private:
    Sorted& of(std::string_view table) { return tables_[protocol::find_table(table)->number]; }
    [[nodiscard]] PostgresValues values() const {
        PostgresValues values;
        values.text(*seller_);
        return values;
    }

    void queue_profile(const Sorted& rows) {
        for (const StoredRow* stored : rows.put) {
            if (stored->at.key != *seller_) continue;
            if (market_->makes_sellers()) {
                db_->queue(sql::make_seller, values().integer(std::int64_t{rows_ == Rows::all ? 1 : 0}));
                db_->queue(sql::make_walk_in_user, values());
                db_->queue(sql::make_walk_in_consumer, values());
                db_->queue(sql::link_walk_in, values());
            }
            const Fields& fields = stored->row.fields;
            PostgresValues profile = values();
            for (const char* column :
                 {"name", "address_line1", "address_line2", "city", "post_code", "region", "country"}) {
                profile.text(text_of(fields, column));
            }
            profile.blob(text_or_null(fields, "latitude")).blob(text_or_null(fields, "longitude"));
            db_->queue(sql::put_profile, profile);
        }
    }

    void queue_categories(const RowList& rows) {
        if (rows.empty()) return;
        PostgresValues categories = values();
        categories.texts(keys(rows)).texts(texts(rows, "name")).texts(texts(rows, "coefficient"));
        db_->queue(sql::make_categories, categories);
        db_->queue(sql::put_categories, categories);
    }

    void queue_bundles(const RowList& all) {
        RowList rows;
        for (const StoredRow* stored : all) {
            if (text_of(stored->row.fields, "seller") == *seller_) rows.push_back(stored);
        }
        if (rows.empty()) return;
        Integers open_until;
        Texts bundles;
        Texts categories;
        for (const StoredRow* stored : rows) {
            const Timestamp closes = parse_timestamp(text_of(stored->row.fields, "window_end")).value_or(Timestamp());
            open_until.push_back((closes + looked_at_after).time_since_epoch().count());
            const protocol::FieldValue* list = protocol::find_field(stored->row.fields, "categories");
            const auto* named = list == nullptr ? nullptr : std::get_if<std::vector<std::string>>(list);
            for (const std::string& category : named == nullptr ? Texts{} : *named) {
                bundles.push_back(stored->at.key);
                categories.push_back(category);
            }
        }
        PostgresValues put = values();
        put.texts(keys(rows)).texts(texts(rows, "name")).texts(texts(rows, "description"));
        put.integers(integers(rows, "carbon_dioxide")).integers(integers(rows, "total_qty"));
        put.integers(integers(rows, "price_minor")).integers(integers(rows, "discount_percentage"));
        put.texts(texts(rows, "window_start")).texts(texts(rows, "window_end")).texts(texts(rows, "created_at"));
        put.integers(open_until);
        db_->queue(market_->put_bundles(), put);
        PostgresValues sorts = values();
        sorts.texts(bundles).texts(categories).texts(keys(rows));
        db_->queue(sql::put_bundle_categories, sorts);
    }

    void queue_reservations(const Sorted& rows) {
        RowList put;
        Texts bundles;
        Texts claims;
        Integers collected_too;
        const auto drop = [&](const Claim& claim, bool whatever) {
            bundles.push_back(claim.parent);
            claims.push_back(claim.code);
            collected_too.push_back(whatever ? 1 : 0);
        };
        for (const StoredRow* stored : rows.put) {
            const Claim now{.parent = stored->parent, .code = stored->claim};
            const auto before = before_->find(stored->at.key);
            if (before != before_->end() && before->second != now) drop(before->second, true);
            const bool collected = text_or_null(stored->row.fields, "collected_at").has_value();
            const bool kept = before != before_->end() && before->second == now;
            if (text_or_null(stored->row.fields, "cancelled_at") && !collected) {
                drop(now, false);
            } else if (!kept || collected) {  // one that was there and is not any more was cancelled there
                put.push_back(stored);
            }
        }
        for (const StoredRow* stored : rows.drop) {
            const auto before = before_->find(stored->at.key);
            if (before != before_->end()) drop(before->second, true);
        }
        if (!bundles.empty()) {
            db_->queue(sql::drop_reservations, values().texts(bundles).texts(claims).integers(collected_too));
        }
        if (!put.empty()) queue_reservations_put(put);
    }

    void queue_reservations_put(const RowList& rows) {
        std::vector<std::optional<std::int64_t>> consumers;
        for (const StoredRow* stored : rows) {
            // what is not the number of a consumer names somebody whom only the shop knows
            const std::string& name = text_of(stored->row.fields, "consumer");
            std::int32_t number = 0;
            const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
            const bool whole = failure == std::errc{} && end == name.data() + name.size();
            consumers.push_back(whole ? std::optional<std::int64_t>(number) : std::nullopt);
        }
        PostgresValues put = values();
        put.texts(texts(rows, "bundle")).texts(texts(rows, "claim_code")).nullable_integers(consumers);
        put.texts(texts(rows, "reserved_at")).nullable_texts(nullable_texts(rows, "collected_at"));
        db_->queue(sql::put_reservations, put);
    }

    void queue_lost_bundles(const RowList& rows) {
        if (rows.empty()) return;
        const PostgresValues lost = values().texts(keys(rows));
        db_->queue(sql::lock_bundles, lost);
        db_->queue(sql::drop_bundles, lost);
    }

    void queue_inputs(Sorted& rows) {
        RowList put;
        for (const StoredRow* stored : rows.put) {
            const Fields& fields = stored->row.fields;
            // the marketplace has no place for what is unknown
            const bool complete = text_or_null(fields, "category") && text_or_null(fields, "temperature") &&
                                  text_or_null(fields, "weather_flag");
            (complete ? put : rows.drop).push_back(stored);
        }
        if (!rows.drop.empty()) {
            Texts places;
            for (const StoredRow* stored : rows.drop) {
                const Fields& fields = stored->row.fields;
                places.push_back(text_of(fields, "bundle") + ':' + text_of(fields, "category"));
            }
            db_->queue(sql::drop_inputs, values().texts(keys(rows.drop)).texts(places));
        }
        if (put.empty()) return;
        PostgresValues inputs = values();
        inputs.texts(keys(put)).texts(texts(put, "bundle")).texts(texts(put, "category"));
        inputs.texts(texts(put, "day_of_week")).texts(texts(put, "window_start")).texts(texts(put, "window_end"));
        inputs.integers(integers(put, "is_holiday")).texts(texts(put, "temperature"));
        inputs.texts(texts(put, "weather_flag")).integers(integers(put, "observed_reservations"));
        inputs.integers(integers(put, "observed_no_shows"));
        db_->queue(market_->put_inputs(), inputs);
    }

    void queue_outputs(const Sorted& rows) {
        if (!rows.drop.empty()) {
            db_->queue(sql::drop_outputs,
                       values().texts(texts(rows.drop, "bundle")).texts(texts(rows.drop, "generated_at")));
        }
        if (rows.put.empty()) return;
        PostgresValues outputs = values();
        outputs.texts(texts(rows.put, "bundle")).texts(texts(rows.put, "window_start"));
        outputs.integers(integers(rows.put, "predicted_sales")).integers(integers(rows.put, "posted_qty"));
        outputs.texts(texts(rows.put, "predicted_no_show_prob")).texts(texts(rows.put, "confidence"));
        outputs.nullable_texts(nullable_texts(rows.put, "rationale")).texts(texts(rows.put, "generated_at"));
        db_->queue(sql::put_outputs, outputs);
    }

    void queue_graphs(const Sorted& rows) {
        if (!rows.drop.empty()) db_->queue(sql::drop_graphs, values().texts(keys(rows.drop)));
        std::map<std::int64_t, const StoredRow*> newest;  // of each type
        for (const StoredRow* stored : rows.put) {
            const StoredRow*& graph = newest[integer_of(stored->row.fields, "graph_type")];
            if (graph == nullptr || graph->row.version < stored->row.version) graph = stored;
        }
        if (newest.empty()) return;
        RowList put;
        for (const auto& [type, stored] : newest) put.push_back(stored);
        db_->queue(sql::lock_for_graphs, values().integers(integers(put, "graph_type")));
        db_->queue(market_->put_graphs(),
                   values().texts(keys(put)).integers(integers(put, "graph_type")).texts(texts(put, "created_at")));
    }

    void queue_series(const Sorted& rows) {
        if (!rows.drop.empty()) db_->queue(sql::drop_series, values().texts(keys(rows.drop)));
        if (rows.put.empty()) return;
        PostgresValues series = values();
        series.texts(keys(rows.put)).texts(texts(rows.put, "graph")).texts(texts(rows.put, "series_name"));
        db_->queue(market_->put_series(), series.integers(integers(rows.put, "sort_index")));
    }

    void queue_points(const Sorted& rows) {
        if (rows.put.empty() && rows.drop.empty()) return;
        Texts series;
        Integers indexes;
        Integers dropped;
        RowList all = rows.put;
        all.insert(all.end(), rows.drop.begin(), rows.drop.end());
        for (const StoredRow* stored : all) {
            const std::string_view key = stored->at.key;
            const std::size_t colon = key.find(':');
            std::int64_t index = 0;
            std::from_chars(key.data() + colon + 1, key.data() + key.size(), index);
            series.emplace_back(key.substr(0, colon));
            indexes.push_back(index);
            dropped.push_back(stored->row.deleted ? 1 : 0);
        }
        PostgresValues points = values();
        points.texts(series).integers(indexes).texts(texts(all, "x")).texts(texts(all, "y")).integers(dropped);
        db_->queue(sql::put_points, points);
    }

    PostgresConnection* db_;
    const Marketplace* market_;
    const std::string* seller_;
    const ClaimsBefore* before_;
    Rows rows_;
    std::map<int, Sorted> tables_;
};

}  // namespace

void queue_marketplace_rows(PostgresConnection& db, const Marketplace& market, const std::string& seller,
                            const std::vector<const StoredRow*>& stored, const ClaimsBefore& before, Rows rows) {
    Filling filling(db, market, seller, before, rows);
    for (const StoredRow* row : stored) filling.sort(*row);
    filling.queue();
}

}  // namespace edge::hub
