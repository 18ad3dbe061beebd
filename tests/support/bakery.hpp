#pragma once

#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::test {

/// The instant that a text means: "2026-03-02 17:00".
[[nodiscard]] Timestamp at(std::string_view text);
[[nodiscard]] LocalDate day(std::string_view text);

/// A bakery in a time zone.
[[nodiscard]] NewSeller bakery_on(std::string time_zone);
/// Ten bags of bread of the first seller and category, for two hours.
[[nodiscard]] NewBundle bread(std::string_view starts, std::int64_t total_qty = 10);

/// An engine on a temporary file, with a clock that stands still until it is set and random bytes from a seed. The
/// seller is number 1, the categories are 1 "Bread" and 2 "Fruit", and it is eight in the morning of 2 March 2026, a
/// Monday.
class Bakery {
public:
    explicit Bakery(const NewSeller& seller = bakery_on("UTC"), std::string forecast_method = "similarity");
    Bakery(const Bakery&) = delete;
    Bakery& operator=(const Bakery&) = delete;

    [[nodiscard]] Engine& engine() { return *engine_; }
    Engine* operator->() { return engine_.get(); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The same clock and random bytes, for another engine on the file.
    [[nodiscard]] EngineOptions options() const;
    [[nodiscard]] static SellerId seller() { return SellerId(1); }
    /// Debug lines and warnings that engines with these options logged.
    [[nodiscard]] std::vector<std::string> log() const;

    void set_time(std::string_view text) { set_time(at(text)); }
    void set_time(Timestamp now) { world_->now = now.time_since_epoch().count(); }

    /// A reservation with a code of its own, made and collected there and then.
    void sell(BundleId bundle, int count = 1);
    /// What a person types into the sqlite3 shell, with or without foreign keys.
    void sql(const std::string& statements) const;
    void sql_without_foreign_keys(const std::string& statements) const;
    [[nodiscard]] std::vector<std::string> select(const std::string& query) const;

    /// "x y" of each point of a series, by its place in the graph.
    [[nodiscard]] std::vector<std::string> points(int type, std::size_t series = 0, SellerId seller = Bakery::seller());

private:
    struct World {
        std::atomic<std::int64_t> now{0};
        std::mutex mutex;
        std::uint64_t random_state = 1;
        std::vector<std::string> log;
    };

    TemporaryFolder folder_;
    std::string path_ = folder_.file("shop.db");
    std::shared_ptr<World> world_ = std::make_shared<World>();
    std::string forecast_method_;
    std::unique_ptr<Engine> engine_;
};

/// The error that `work` ends with; a failure of the test if it ends well.
[[nodiscard]] Error refusal(const std::function<void()>& work);
/// A detail of an error; nothing if it has none of that name.
[[nodiscard]] std::optional<std::string> detail(const Error& error, std::string_view name);

/// All that a refresh leaves, without what depends on the order in which it was made (ids, revisions, times). Equal
/// texts, equal files.
[[nodiscard]] std::string derived_rows(const std::string& path);

}  // namespace edge::test
