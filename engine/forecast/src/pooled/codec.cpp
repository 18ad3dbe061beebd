#include "pooled/codec.hpp"

#include <algorithm>
#include <cmath>

namespace edge::forecast::pooled {

/// Writes and reads each part of a state. `Archive` is an output or an input archive of cereal; sequences are read one
/// by one, so that a wrong count runs out of bytes instead of memory.
struct Codec {
    static void check(bool sound) {
        if (!sound) throw cereal::Exception("not a forecasting state");
    }

    static void put(auto& archive, double value) { archive(value); }
    static void put(auto& archive, const Lanes& lanes) {
        for (const double value : lanes.value) archive(value);
    }
    static void put(auto& archive, const RunningDispersion& running) { archive(running.sum, running.weight); }
    static void put(auto& archive, const FadingMean& mean) { archive(mean.sum, mean.weight); }
    static void put(auto& archive, const SeriesKey& key) {
        archive(key.seller.value(), key.category.has_value(), key.category ? key.category->value() : 0);
    }
    template <class Value>
    static void put(auto& archive, const std::optional<Value>& value) {
        archive(value.has_value(), value.value_or(Value()));
    }
    static void put(auto& archive, const Context& context) {
        archive(static_cast<std::int64_t>(context.weekday), context.is_holiday, context.start_hour);
        put(archive, context.temperature);
        put_weather(archive, context.weather);
    }
    static void put_weather(auto& archive, const std::optional<WeatherFlag>& weather) {
        archive(weather ? static_cast<std::int64_t>(*weather) : std::int64_t{-1});
    }

    /// A byte that is neither 0 nor 1 is no bool, and to read it as one is undefined.
    static void get(auto& archive, bool& value) {
        std::uint8_t byte = 0;
        archive(byte);
        check(byte <= 1);
        value = byte == 1;
    }
    static void get(auto& archive, double& value) {
        archive(value);
        check(std::isfinite(value));
    }
    static void get(auto& archive, Lanes& lanes) {
        for (double& value : lanes.value) get(archive, value);
    }
    static void get(auto& archive, RunningDispersion& running) {
        get(archive, running.sum);
        get(archive, running.weight);
    }
    static void get(auto& archive, FadingMean& mean) {
        get(archive, mean.sum);
        get(archive, mean.weight);
    }
    static void get(auto& archive, SeriesKey& key) {
        std::int64_t seller = 0;
        std::int64_t category = 0;
        bool has_category = false;
        archive(seller);
        get(archive, has_category);
        archive(category);
        key.seller = SellerId(seller);
        if (has_category) key.category = CategoryId(category);
    }
    template <class Value>
    static void get(auto& archive, std::optional<Value>& value) {
        bool has_value = false;
        Value held{};
        get(archive, has_value);
        archive(held);
        value.reset();
        if (has_value) value = held;
    }
    static void get(auto& archive, Context& context) {
        std::int64_t weekday = 0;
        archive(weekday);
        get(archive, context.is_holiday);
        check(weekday >= 0 && weekday <= 6);
        context.weekday = static_cast<int>(weekday);
        get(archive, context.start_hour);
        get(archive, context.temperature);
        get_weather(archive, context.weather);
    }
    static void get_weather(auto& archive, std::optional<WeatherFlag>& weather) {
        std::int64_t index = -1;
        archive(index);
        check(index >= -1 && index <= static_cast<std::int64_t>(WeatherFlag::windy));
        weather.reset();
        if (index >= 0) weather = static_cast<WeatherFlag>(index);
    }

    static void put(auto& archive, const Block& block) {
        archive(block.rows);
        put(archive, block.day_);
        archive(static_cast<std::uint64_t>(block.features_.size()));
        for (const std::uint8_t feature : block.features_) archive(feature);
        for (const Lanes& mean : block.mean_) put(archive, mean);
        for (const Lanes& covariance : block.covariance_) put(archive, covariance);
    }
    static void get(auto& archive, Block& block) {
        archive(block.rows);
        get(archive, block.day_);
        std::uint64_t count = 0;
        archive(count);
        check(count >= base_feature_count && count <= feature_count);
        for (std::uint64_t row = 0; row < count; ++row) {
            std::uint8_t feature = 0;
            archive(feature);
            check(feature < feature_count);
            if (row < base_feature_count) {
                check(feature == row);
                continue;
            }
            check(block.row_of_[feature] == Block::inactive);
            block.activate(feature);
        }
        for (Lanes& mean : block.mean_) get(archive, mean);
        for (Lanes& covariance : block.covariance_) get(archive, covariance);
    }

    static void get(auto& archive, TailLevels& tails) {
        get(archive, tails.below_);
        get(archive, tails.above_);
        archive(tails.slots_);
        check(tails.below_ > 0 && tails.below_ < .5 && tails.above_ > 0 && tails.above_ < .5 && tails.slots_ >= 0);
    }

    static void put(auto& archive, const WindowMeans& means) {
        archive(means.known_);
        put(archive, means.slow_);
        put(archive, means.fast_);
        for (const FadingMean& mean : means.by_weekday_) put(archive, mean);
        put(archive, means.slow_dispersion_);
        put(archive, means.weekday_dispersion_);
    }
    static void get(auto& archive, WindowMeans& means) {
        get(archive, means.known_);
        get(archive, means.slow_);
        get(archive, means.fast_);
        for (FadingMean& mean : means.by_weekday_) get(archive, mean);
        get(archive, means.slow_dispersion_);
        get(archive, means.weekday_dispersion_);
    }

    static void put(auto& archive, const SimilarSlots& similar) {
        archive(similar.rows_, static_cast<std::uint64_t>(similar.last_.size()));
        for (const SimilarSlots::Row& row : similar.last_) {
            put(archive, row.context);
            archive(row.count);
        }
        put(archive, similar.dispersion_);
    }
    static void get(auto& archive, SimilarSlots& similar) {
        std::uint64_t count = 0;
        archive(similar.rows_, count);
        const auto most = static_cast<std::int64_t>(SimilarSlots::remembered);
        check(similar.rows_ >= 0 && count == static_cast<std::uint64_t>(std::min(most, similar.rows_)));
        for (std::uint64_t i = 0; i < count; ++i) {
            SimilarSlots::Row row{};
            get(archive, row.context);
            get(archive, row.count);
            similar.last_.push_back(row);
        }
        get(archive, similar.dispersion_);
    }

    static void put(auto& archive, const TrackRecord& record) {
        put(archive, record.first_day);
        put(archive, record.last_day);
        archive(record.judged, record.held);
    }
    static void get(auto& archive, TrackRecord& record) {
        get(archive, record.first_day);
        get(archive, record.last_day);
        archive(record.judged, record.held);
        check(record.judged >= 0 && record.held >= 0 && record.held <= record.judged);
    }

    static void put(auto& archive, const SeriesState& series) {
        put(archive, series.block);
        put(archive, series.record);
        for (const RunningDispersion& dispersion : series.dispersion) put(archive, dispersion);
        for (const double score : series.scores) archive(score);
        archive(series.scored, static_cast<std::uint64_t>(series.windows.size()));
        for (const auto& [hour, means] : series.windows) {
            archive(hour);
            put(archive, means);
        }
        put(archive, series.similar);
    }
    static void get(auto& archive, SeriesState& series) {
        get(archive, series.block);
        get(archive, series.record);
        for (RunningDispersion& dispersion : series.dispersion) get(archive, dispersion);
        for (double& score : series.scores) get(archive, score);
        std::uint64_t count = 0;
        get(archive, series.scored);
        archive(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            double hour = 0;
            get(archive, hour);
            get(archive, series.windows[hour]);
        }
        get(archive, series.similar);
    }

    static void put(auto& archive, const Everyone& everyone) {
        put(archive, everyone.block);
        for (const RunningDispersion& dispersion : everyone.dispersion) put(archive, dispersion);
        put(archive, everyone.windows.slow_dispersion);
        put(archive, everyone.windows.weekday_dispersion);
        put(archive, everyone.similar);
        put(archive, everyone.counts);
        for (const Calibration::Bin& bin : everyone.confidence.bins_) archive(bin.excess, bin.weight);
    }
    static void get(auto& archive, Everyone& everyone) {
        get(archive, everyone.block);
        for (RunningDispersion& dispersion : everyone.dispersion) get(archive, dispersion);
        get(archive, everyone.windows.slow_dispersion);
        get(archive, everyone.windows.weekday_dispersion);
        get(archive, everyone.similar);
        get(archive, everyone.counts);
        for (Calibration::Bin& bin : everyone.confidence.bins_) {
            get(archive, bin.excess);
            get(archive, bin.weight);
            check(bin.weight >= 0);
        }
    }

    static void put(auto& archive, const State& state) {
        archive(static_cast<std::uint64_t>(state.windows_.hours.size()));
        for (const double hour : state.windows_.hours) archive(hour);
        put(archive, *state.everyone_);
        archive(static_cast<std::uint64_t>(state.sellers_.size()));
        for (const auto& [id, seller] : state.sellers_) {
            archive(id.value());
            put(archive, seller->block);
            archive(seller->tails.below_, seller->tails.above_, seller->tails.slots_);
        }
        archive(static_cast<std::uint64_t>(state.series_.size()));
        for (const auto& [key, series] : state.series_) {
            put(archive, key);
            put(archive, *series);
        }
    }
    static void get(auto& archive, State& state) {
        std::uint64_t count = 0;
        archive(count);
        check(count <= window_count);
        for (std::uint64_t i = 0; i < count; ++i) get(archive, state.windows_.hours.emplace_back());
        get(archive, *state.everyone_);
        archive(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            std::int64_t id = 0;
            archive(id);
            auto seller = std::make_shared<SellerState>(state.model());
            get(archive, seller->block);
            get(archive, seller->tails);
            check(state.sellers_.emplace(SellerId(id), std::move(seller)).second);
        }
        archive(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            SeriesKey key;
            get(archive, key);
            check(state.sellers_.contains(key.seller));
            auto series = std::make_shared<SeriesState>(state.model());
            get(archive, *series);
            check(state.series_.emplace(key, std::move(series)).second);
        }
    }

    static void put(auto& archive, const Observation& row) {
        put(archive, SeriesKey{.seller = row.seller, .category = row.category});
        archive(static_cast<std::int64_t>(row.day.time_since_epoch().count()), static_cast<std::int64_t>(row.weekday),
                static_cast<std::int64_t>(row.window_start.count()), static_cast<std::int64_t>(row.window_end.count()),
                row.is_holiday, row.reservations);
        archive(row.temperature.has_value(), row.temperature.value_or(Celsius()).units());
        put_weather(archive, row.weather);
        put(archive, row.no_shows);
        put(archive, row.posted);
    }
    static void get(auto& archive, Observation& row) {
        SeriesKey key;
        get(archive, key);
        row.seller = key.seller;
        row.category = key.category;
        std::int64_t day = 0;
        std::int64_t weekday = 0;
        std::int64_t start = 0;
        std::int64_t end = 0;
        archive(day, weekday, start, end);
        get(archive, row.is_holiday);
        archive(row.reservations);
        check(std::abs(day) < 4'000'000 && std::abs(weekday) < 1'000'000);
        row.day = LocalDate(std::chrono::days(day));
        row.weekday = static_cast<int>(weekday);
        row.window_start = TimeOfDay(start);
        row.window_end = TimeOfDay(end);
        bool has_temperature = false;
        std::int64_t temperature = 0;
        get(archive, has_temperature);
        archive(temperature);
        if (has_temperature) row.temperature = Celsius::from_units(temperature);
        get_weather(archive, row.weather);
        get(archive, row.no_shows);
        get(archive, row.posted);
    }
};

namespace {

struct Stored {
    Learned learned;

    template <class Archive>
    void save(Archive& archive) const {
        Codec::put(archive, learned.state);
        archive(static_cast<std::uint64_t>(learned.open.size()));
        for (const Observation& row : learned.open) Codec::put(archive, row);
    }
    template <class Archive>
    void load(Archive& archive) {
        Codec::get(archive, learned.state);
        std::uint64_t count = 0;
        archive(count);
        for (std::uint64_t i = 0; i < count; ++i) Codec::get(archive, learned.open.emplace_back());
    }
};

}  // namespace

std::vector<std::uint8_t> encode(const Learned& learned) { return encode_sealed(state_seal, Stored{learned}); }

std::optional<Learned> decode(std::span<const std::uint8_t> bytes, const Model& model) noexcept {
    std::optional<Stored> stored =
        decode_sealed<Stored>(state_seal, bytes, {.learned = {.state = State(model), .open = {}}});
    if (!stored) return std::nullopt;
    return std::move(stored->learned);
}

}  // namespace edge::forecast::pooled
