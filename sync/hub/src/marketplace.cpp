#include "marketplace.hpp"

#include "edge/protocol/row_identity.hpp"

#include <vector>

namespace edge::hub {

Marketplace::Marketplace(PostgresConnection& db, bool makes_sellers)
    : layout_(read_marketplace_layout(db)),
      makes_sellers_(makes_sellers),
      put_bundles_(marketplace_sql::filled_in(marketplace_sql::put_bundles, layout_.words)),
      put_inputs_(marketplace_sql::filled_in(marketplace_sql::put_inputs, layout_.words)),
      put_graphs_(marketplace_sql::filled_in(marketplace_sql::put_graphs, layout_.words)),
      put_series_(marketplace_sql::filled_in(marketplace_sql::put_series, layout_.words)) {
    prepare_marketplace(db, layout_);
}

bool Marketplace::link_sellers(PostgresConnection& db) {
    constexpr std::chrono::seconds pause{5};
    {
        const std::scoped_lock lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (linked_at_ && now - *linked_at_ < pause) return false;
        linked_at_ = now;
    }
    try {
        link_unlinked(db);
    } catch (...) {
        forget_links();  // else the request, begun anew, would find the seller without a link and wait out the pause
        throw;
    }
    return true;
}

void Marketplace::link_unlinked(PostgresConnection& db) {
    const PostgresResult unlinked = db.run(marketplace_sql::unlinked_sellers);
    std::vector<std::string> keys;
    std::vector<std::int64_t> ids;
    for (int row = 0; row < unlinked.size(); ++row) {
        ids.push_back(unlinked.integer(row, 0));
        keys.push_back(protocol::marketplace_identity("sellers", ids.back()).wire());
    }
    if (!ids.empty()) {
        static_cast<void>(db.run(marketplace_sql::link_sellers, PostgresValues().texts(keys).integers(ids)));
    }
}

void Marketplace::forget_links() {
    const std::scoped_lock lock(mutex_);
    linked_at_.reset();
}

void Marketplace::doubt(std::string_view seller, const ForeignConstraint& broken) {
    suspect_sequences();
    if (!is_unknown(broken)) return;
    const std::scoped_lock lock(mutex_);
    doubted_.try_emplace(std::string(seller));
    any_doubted_ = true;
}

bool Marketplace::is_doubted(std::string_view seller) const {
    if (!any_doubted_) return false;
    const std::scoped_lock lock(mutex_);
    return doubted_.contains(seller);
}

bool Marketplace::is_unknown(const ForeignConstraint& broken) const {
    if (broken.rule().empty()) return false;
    return broken.unique_index().empty() || !layout_.unique_indexes.contains(broken.unique_index());
}

void Marketplace::refuse(std::string_view seller, const StoredRow& row, const std::string& rule) {
    const std::scoped_lock lock(mutex_);
    doubted_[std::string(seller)].emplace(std::pair(row.at, protocol::encode_fields(row.row.fields)), rule);
    any_doubted_ = true;
}

std::string Marketplace::broken_rule(std::string_view seller, const RowKey& at, const protocol::Fields& fields) const {
    if (!any_doubted_) return {};
    const std::scoped_lock lock(mutex_);
    const auto rules = doubted_.find(seller);
    if (rules == doubted_.end()) return {};
    const auto rule = rules->second.find({at, protocol::encode_fields(fields)});
    return rule == rules->second.end() ? std::string() : rule->second;
}

void Marketplace::trust(std::string_view seller) {
    if (!any_doubted_) return;
    const std::scoped_lock lock(mutex_);
    const auto rules = doubted_.find(seller);
    if (rules != doubted_.end()) doubted_.erase(rules);
    any_doubted_ = !doubted_.empty();
}

void Marketplace::mend_sequences(PostgresConnection& db) {
    if (!suspected_.exchange(false)) return;
    try {
        prepare_marketplace(db, layout_);
    } catch (...) {
        suspected_ = true;
        throw;
    }
}

}  // namespace edge::hub
