#pragma once

#include "pooled/block.hpp"
#include "pooled/calibration.hpp"
#include "pooled/dispersion.hpp"
#include "pooled/experts.hpp"
#include "pooled/features.hpp"
#include "pooled/lane_models.hpp"
#include "pooled/model.hpp"
#include "pooled/tail_levels.hpp"

#include "edge/forecast/slot.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace edge::forecast::pooled {

/// What one seller offers in one category, or without category.
struct SeriesKey {
    SellerId seller{0};
    std::optional<CategoryId> category{};
    friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

struct Everyone {
    Block block;
    std::array<RunningDispersion, setting_count> dispersion;
    WindowMeans::Everyone windows;
    RunningDispersion similar{.sum = .4, .weight = 4};
    FadingMean counts{.sum = 3, .weight = 1};  ///< of any slot
    Calibration confidence;                    ///< of answers for one series

    explicit Everyone(const Model& model);
};

struct SellerState {
    Block block;
    TailLevels tails{};

    explicit SellerState(const Model& model) : block(model, Owner::seller) {}
};

/// What became of a series' forecasts, and when it was seen.
struct TrackRecord {
    std::optional<std::int64_t> first_day{};
    std::optional<std::int64_t> last_day{};
    std::int64_t judged = 0;  ///< slots learned
    std::int64_t held = 0;    ///< of those, within the 80 % interval that was answered beforehand

    void learn(std::int64_t day, bool is_within);
};

struct SeriesState {
    Block block;
    TrackRecord record{};
    std::array<RunningDispersion, setting_count> dispersion{};
    std::array<double, component_count> scores{};  ///< fading sums of log scores, centred
    bool scored = false;                           ///< the first row is not: nothing was known before it
    std::map<double, WindowMeans> windows{};       ///< by start hour
    SimilarSlots similar{};

    explicit SeriesState(const Model& model) : block(model, Owner::series) {}
};

/// What the state says of one slot.
struct Prediction {
    std::array<Belief, lane_count> beliefs;
    std::array<Rate, setting_count> rates;
    std::array<double, setting_count> dispersion{};   ///< of each setting, its rate being known
    std::array<Opinion, component_count> components;  ///< mean and dispersion, everything included
    std::array<double, component_count> weights{};    ///< sum 1
    TailLevels tails;
};

/// The mixture that a prediction amounts to.
[[nodiscard]] CountDistribution distribution_of(const Prediction& prediction);

/// The whole number to answer with, `rows` of the series being known.
[[nodiscard]] std::int64_t point_of(const CountDistribution& reservations, std::int64_t rows);

/// Everything learned. A copy shares what neither side changes afterwards.
class State {
public:
    explicit State(const Model& model = standard_model());

    [[nodiscard]] const Model& model() const noexcept { return *model_; }

    /// What is known of a series, or is to be expected of a new one. Holds until the state learns.
    struct View {
        const SellerState* seller;
        std::shared_ptr<const SeriesState> series;
    };
    [[nodiscard]] View view(const SeriesKey& key) const;
    [[nodiscard]] Prediction predict(const View& view, const Context& context, std::int64_t day) const;
    /// Rows learned, of every seller.
    [[nodiscard]] std::int64_t rows() const noexcept { return everyone_->block.rows; }

    /// What to state where the predictive distribution says `probability` that the count comes near the answer.
    [[nodiscard]] double confidence_for(double probability) const noexcept {
        return everyone_->confidence.calibrated(probability);
    }

    /// Takes in rows of one day: each is predicted from before the day, then all are learned in an order of their
    /// own, so that the order they come in does not matter.
    void learn_day(std::span<const Observation> day);

private:
    friend struct Codec;
    struct Work;

    [[nodiscard]] SeriesState new_series(const SeriesKey& key) const;
    [[nodiscard]] Work prepare(const Observation& observation);
    void learn_row(const Work& work);
    void learn_blocks(const Work& work);
    void learn_dispersion(const Work& work);
    void learn_experts(const Work& work);
    void learn_scores(const Work& work);
    void learn_intervals(const Work& work);
    [[nodiscard]] Prediction predict(const SellerState& seller, const SeriesState& series, const Context& context,
                                     std::int64_t day) const;
    struct Relative;
    [[nodiscard]] std::vector<Relative> relatives_of(const SeriesKey& key) const;

    const Model* model_;
    WindowRegistry windows_;
    std::shared_ptr<const SellerState> new_seller_;
    std::shared_ptr<Everyone> everyone_;
    std::map<SellerId, std::shared_ptr<SellerState>> sellers_;
    std::map<SeriesKey, std::shared_ptr<SeriesState>> series_;
    std::array<std::vector<Lanes>, 3> spreads_;  ///< of the row being learned, kept for their memory
};

}  // namespace edge::forecast::pooled
