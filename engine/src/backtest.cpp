#include "edge/forecast/backtest.hpp"

#include "engine_state.hpp"
#include "learned_history.hpp"

#include "edge/core/error.hpp"
#include "edge/forecast/accuracy.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <ostream>

namespace edge {

using forecast::Observation;
using forecast::SlotHistory;

namespace {

AccuracyRow row_of(const forecast::Accuracy& accuracy, std::int64_t from, std::optional<std::int64_t> to) {
    return {.history_from = from,
            .history_to = to,
            .slots = accuracy.slots,
            .mae = accuracy.mae,
            .rmse = accuracy.rmse,
            .bias = accuracy.bias,
            .mase = accuracy.mase,
            .pinball = accuracy.pinball,
            .crps = accuracy.crps,
            .coverage = accuracy.coverage,
            .below = accuracy.below,
            .above = accuracy.above,
            .stated_confidence = accuracy.stated_confidence,
            .hit_rate = accuracy.hit_rate,
            .confidence_calibration = accuracy.confidence_calibration,
            .brier = accuracy.brier,
            .log_loss = accuracy.log_loss,
            .no_show_error = accuracy.no_show_error};
}

MethodReport report_of(const forecast::MethodAccuracy& judged) {
    MethodReport report{.method = judged.method, .all = row_of(judged.all, 0, std::nullopt), .by_history = {}};
    for (const forecast::HistoryAccuracy& one : judged.by_history)
        report.by_history.push_back(row_of(one.accuracy, one.from, one.to));
    return report;
}

/// The method asked for, then those beside it, each once.
std::vector<std::string> methods_of(const BacktestOptions& options) {
    std::vector<std::string> names = {options.method.empty() ? std::string(forecast::method_names().front())
                                                             : options.method};
    for (const std::string& name : options.beside) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    for (const std::string& name : names) static_cast<void>(forecast::make_method(name));  // refuses what is none
    return names;
}

/// Judges methods on the rows that count.
BacktestReport judge(const SlotHistory& history, const BacktestOptions& options,
                     const std::function<bool(const Observation&)>& counts) {
    BacktestReport report;
    const std::vector<std::string> names = methods_of(options);
    const std::uint64_t all = history.rows.size() * names.size();
    std::uint64_t done = 0;
    if (options.predictions != nullptr) *options.predictions << forecast::prediction_header() << '\n';
    for (const std::string& name : names) {
        const std::string what = "forecasting with " + name;
        const bool asked_for = name == names.front();
        const auto visit = [&](const Observation& row, const forecast::Forecast& answer) {
            if (options.progress && !options.progress({.what = what, .done = done, .total = all}))
                throw Error(ErrorCode::cancelled, "cannot finish the backtest: it was stopped");
            ++done;
            if (!counts(row)) return false;
            if (!asked_for) return true;
            if (!report.first_day) report.first_day = row.day;
            report.last_day = row.day;
            if (options.predictions != nullptr)
                *options.predictions << forecast::prediction_line(history, row, answer) << '\n';
            return true;
        };
        report.methods.push_back(report_of(forecast::judge_method(name, history, visit)));
    }
    report.slots = report.methods.front().all.slots;
    return report;
}

SlotHistory parse(std::string_view csv) {
    try {
        return forecast::parse_slot_history(csv);
    } catch (const Error& error) {
        throw Error(ErrorCode::corrupt_data, error.what(), error.details(),
                    "see the columns with: edge-analytics backtest --help");
    }
}

/// Numbers ids from 0 on in their order.
template <class Identity>
class Places {
public:
    Identity of(Identity id) {
        const auto [found, fresh] = places_.try_emplace(id, Identity(static_cast<std::int64_t>(names_.size())));
        if (fresh) names_.push_back(id.value() < 0 ? std::string() : std::to_string(id.value()));
        return found->second;
    }
    std::vector<std::string> take_names() { return std::move(names_); }

private:
    std::map<Identity, Identity> places_;
    std::vector<std::string> names_;
};

/// The file's history in the form of a table; bundles without category are one category without a name.
SlotHistory history_of(Engine::State& state) {
    constexpr CategoryId without_category{-1};
    SlotHistory history;
    Places<SellerId> sellers;
    Places<CategoryId> categories;
    InputHistory(state, state.db).each(LocalDate::min(), LocalDate::max(), [&](const Observation& one) {
        Observation row = one;
        row.seller = sellers.of(one.seller);
        row.category = categories.of(one.category.value_or(without_category));
        history.rows.push_back(row);
    });
    history.sellers = sellers.take_names();
    history.categories = categories.take_names();
    return history;
}

}  // namespace

BacktestReport Engine::backtest(std::string_view csv, const BacktestOptions& options) {
    return judge(parse(csv), options, [](const Observation&) { return true; });
}

BacktestReport Engine::backtest(SellerId seller, const BacktestOptions& options) {
    const storage::ReadTransaction read(state_->db);
    static_cast<void>(storage::get_seller(state_->db, seller));
    const SlotHistory history = history_of(*state_);
    const auto found = std::ranges::find(history.sellers, std::to_string(seller.value()));
    const SellerId place(found - history.sellers.begin());
    return judge(history, options, [place](const Observation& row) { return row.seller == place; });
}

}  // namespace edge
