#include "edge/forecast/backtest.hpp"

#include "engine_state.hpp"
#include "learned_history.hpp"
#include "slot_file.hpp"

#include "edge/core/error.hpp"
#include "edge/forecast/accuracy.hpp"
#include "edge/storage/forecast_state.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>
#include <span>
#include <utility>

namespace edge {

using forecast::Observation;
using forecast::SlotNames;

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

/// Judges methods side by side, a day after the other.
class Backtest {
public:
    using Counts = std::function<bool(const Observation&)>;
    /// `names` may grow while days are taken; `rows` is how many there will be.
    Backtest(const BacktestOptions& options, const SlotNames& names, std::int64_t rows, Counts counts)
        : options_(options), names_(names), counts_(std::move(counts)) {
        for (const std::string& name : methods_of(options)) judges_.emplace_back(name);
        total_ = static_cast<std::uint64_t>(rows) * judges_.size();
        if (options_.predictions != nullptr) *options_.predictions << forecast::prediction_header() << '\n';
    }

    void take_day(std::span<const Observation> day) {
        for (forecast::MethodJudge& judge : judges_) {
            const bool asked_for = &judge == &judges_.front();
            judge.take_day(day, [&](const Observation& row, const forecast::Forecast& answer) {
                tell_progress({.what = "forecasting", .done = done_++, .total = total_});
                if (!counts_(row)) return false;
                if (asked_for) note(row, answer);
                return true;
            });
        }
    }

    BacktestReport report() {
        for (const forecast::MethodJudge& judge : judges_) report_.methods.push_back(report_of(judge.accuracy()));
        report_.slots = report_.methods.front().all.slots;
        return std::move(report_);
    }

private:
    void tell_progress(const Progress& progress) const {
        if (options_.progress && !options_.progress(progress))
            throw Error(ErrorCode::cancelled, "cannot finish the backtest: it was stopped");
    }
    void note(const Observation& row, const forecast::Forecast& answer) {
        if (!report_.first_day) report_.first_day = row.day;
        report_.last_day = row.day;
        if (options_.predictions != nullptr)
            *options_.predictions << forecast::prediction_line(names_, row, answer) << '\n';
    }

    const BacktestOptions& options_;
    const SlotNames& names_;
    Counts counts_;
    std::vector<forecast::MethodJudge> judges_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    BacktestReport report_;
};

void take_days(Backtest& backtest, std::span<const Observation> rows) {
    while (!rows.empty()) {
        std::size_t end = 1;
        while (end < rows.size() && rows[end].day == rows.front().day) ++end;
        backtest.take_day(rows.first(end));
        rows = rows.subspan(end);
    }
}

forecast::SlotSurvey survey(const SlotFile& file) {
    try {
        return forecast::survey_slots(file.open());
    } catch (const Error& error) {
        if (error.code() != ErrorCode::invalid_argument) throw;
        throw Error(ErrorCode::corrupt_data, error.what(), error.details(),
                    "see the columns with: edge-analytics backtest --help");
    }
}

BacktestReport judge_file(const SlotFile& file, const BacktestOptions& options) {
    const auto all = [](const Observation&) { return true; };
    const forecast::SlotSurvey found = survey(file);
    Backtest backtest(options, found.names, found.rows, all);
    if (found.by_day) {
        forecast::SlotReader reader(file.open(), found.names);
        for (std::vector<Observation> day; reader.next(day);) backtest.take_day(day);
    } else {
        take_days(backtest, forecast::read_slot_history([&file] { return file.open(); }).rows);
    }
    BacktestReport report = backtest.report();
    report.rows_in_order = found.by_day;
    return report;
}

/// Numbers ids from 0 on as they appear, in a list of names.
template <class Identity>
class Places {
public:
    explicit Places(std::vector<std::string>& names) : names_(names) {}
    Identity of(Identity id) {
        const auto [found, fresh] = places_.try_emplace(id, Identity(static_cast<std::int64_t>(names_.size())));
        if (fresh) names_.push_back(id.value() < 0 ? std::string() : std::to_string(id.value()));
        return found->second;
    }
    [[nodiscard]] bool is(Identity place, Identity id) const {
        const auto found = places_.find(id);
        return found != places_.end() && found->second == place;
    }

private:
    std::map<Identity, Identity> places_;
    std::vector<std::string>& names_;
};

}  // namespace

BacktestReport Engine::backtest_file(const std::string& path, const BacktestOptions& options) {
    return judge_file(SlotFile(path, options.progress), options);
}

BacktestReport Engine::backtest(SellerId seller, const BacktestOptions& options) {
    constexpr CategoryId without_category{-1};  // bundles without one are of a category without a name
    const storage::ReadTransaction read(state_->db);
    static_cast<void>(storage::get_seller(state_->db, seller));
    SlotNames names;
    Places<SellerId> sellers(names.sellers);
    Places<CategoryId> categories(names.categories);
    Backtest backtest(options, names, storage::count_inputs(state_->db),
                      [&](const Observation& row) { return sellers.is(row.seller, seller); });
    std::vector<Observation> day;
    const auto take = [&] {
        if (!day.empty()) backtest.take_day(day);
        day.clear();
    };
    InputHistory(*state_, state_->db).each(LocalDate::min(), LocalDate::max(), [&](const Observation& one) {
        if (!day.empty() && day.front().day != one.day) take();
        Observation& row = day.emplace_back(one);
        row.seller = sellers.of(one.seller);
        row.category = categories.of(one.category.value_or(without_category));
    });
    take();
    return backtest.report();
}

}  // namespace edge
