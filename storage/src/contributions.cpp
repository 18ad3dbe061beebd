#include "edge/storage/contributions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace edge::storage {
namespace {

constexpr std::string_view contribution_columns =
    "SELECT bundle_id, seller_id, day, window_start, categories, posted, sold, closed_bundles, closed_posted, "
    "closed_sold, closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor FROM contributions ";

constexpr std::size_t columns_a_row = 15;

/// Statements that write one row, two rows, and so on.
const std::string& put_sql(std::size_t rows) {
    static const auto statements = [] {
        std::array<std::string, most_contributions_a_statement> texts;
        std::string sql =
            "INSERT OR REPLACE INTO contributions (bundle_id, seller_id, day, window_start, categories, posted, sold, "
            "closed_bundles, closed_posted, closed_sold, closed_reserved, closed_no_shows, grams_saved, co2_grams, "
            "revenue_minor) VALUES ";
        for (std::string& text : texts) {
            sql += "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
            text = sql;
            sql += ", ";
        }
        return texts;
    }();
    return statements.at(rows - 1);
}

std::string join(const std::vector<CategoryId>& categories) {
    std::array<char, 24> digits{};
    std::string text;
    for (const CategoryId category : categories) {
        if (!text.empty()) text += ',';
        text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), category.value()).ptr);
    }
    return text;
}

/// As far as the text can be read: what another hand wrote there is repaired by a rebuild, which must not stop at it.
void split(std::string_view text, std::vector<CategoryId>& categories) {
    categories.clear();
    while (!text.empty()) {
        std::int64_t id = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
        if (failure != std::errc()) break;
        categories.emplace_back(id);
        text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
    }
}

void read_contribution(const Query& row, ContributionRow& contribution) {
    contribution.seller = SellerId(row.integer(1));
    contribution.day = row.day(2);
    contribution.window_start = TimeOfDay(row.integer(3));
    split(row.view(4), contribution.categories);
    contribution.amounts.front() = 1;
    for (std::size_t i = 1; i < contribution.amounts.size(); ++i)
        contribution.amounts.at(i) = row.integer(4 + static_cast<int>(i));
}

/// Those of all sellers, to be read beside a walk over bundles.
Query all_contributions(Connection& db) {
    static const std::string sql = fmt::format("{} ORDER BY bundle_id", contribution_columns);
    return db.query(sql);
}

}  // namespace

std::optional<ContributionRow> find_contribution(Connection& db, BundleId bundle) {
    static const std::string sql = fmt::format("{} WHERE bundle_id = ?", contribution_columns);
    Query row = db.query(sql, bundle);
    if (!row.step()) return std::nullopt;
    ContributionRow contribution;
    read_contribution(row, contribution);
    return contribution;
}

void put_contributions(WriteTransaction& write, std::span<const BundleContribution> rows) {
    std::array<std::string, most_contributions_a_statement> categories;
    for (; !rows.empty(); rows = rows.subspan(std::min(rows.size(), categories.size()))) {
        const auto some = rows.first(std::min(rows.size(), categories.size()));
        Query put = write.connection().query(put_sql(some.size()));
        for (std::size_t i = 0; i < some.size(); ++i) {
            const ContributionRow& row = some[i].row;
            const AmountRow& a = row.amounts;
            categories.at(i) = join(row.categories);
            put.bind_from(1 + i * columns_a_row, some[i].bundle, row.seller, row.day, row.window_start,
                          categories.at(i), a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10]);
        }
        put.run();
    }
}

void remove_contribution(WriteTransaction& write, BundleId bundle) {
    write.connection().query("DELETE FROM contributions WHERE bundle_id = ?", bundle).run();
}

void each_contribution(Connection& db, SellerId seller,
                       const std::function<void(BundleId, const ContributionRow&)>& found) {
    static const std::string sql = fmt::format("{} WHERE seller_id = ? ORDER BY bundle_id", contribution_columns);
    Query row = db.query(sql, seller);
    ContributionRow contribution;
    while (row.step()) {
        read_contribution(row, contribution);
        found(BundleId(row.integer(0)), contribution);
    }
}

ContributionRewrite::ContributionRewrite(WriteTransaction& write, std::set<SellerId> sellers)
    : write_(&write), sellers_(std::move(sellers)), stored_(all_contributions(write.connection())) {}

void ContributionRewrite::remove() {
    const BundleId left = stored_.bundle();
    const bool concerned = sellers_.contains(SellerId(stored_.row().integer(1)));
    stored_.advance();
    if (concerned) remove_contribution(*write_, left);
}

void ContributionRewrite::put(BundleId bundle, const ContributionRow& row) {
    while (!stored_.at_end() && stored_.bundle() < bundle) remove();
    if (stored_.seek(bundle)) {
        read_contribution(stored_.row(), read_);
        stored_.advance();
        if (read_ == row) return;
    }
    pending_.at(pending_rows_).bundle = bundle;
    pending_.at(pending_rows_).row = row;
    if (++pending_rows_ == pending_.size()) write_pending();
}

void ContributionRewrite::finish() {
    while (!stored_.at_end()) remove();
    write_pending();
}

void ContributionRewrite::write_pending() {
    put_contributions(*write_, std::span(pending_).first(pending_rows_));
    pending_rows_ = 0;
}

}  // namespace edge::storage
