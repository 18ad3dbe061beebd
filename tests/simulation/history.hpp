#pragma once

#include "simulation/rows.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// Who wrote in the hub's own name: the marketplace's web application.
inline constexpr std::string_view the_hub = "the hub";

/// What everybody wrote, and what each writer saw of the row then. It knows nothing of clocks, segments or merges: of
/// writes that did not know of one another either may stand, but none that somebody replaced knowingly may come back.
class History {
public:
    /// `writes` counts those of all histories of a world.
    explicit History(std::size_t& writes) : clock_(&writes) {}

    /// Rows that all sides begin with.
    void begin(const Rows& rows);
    /// A write that took effect where it was made, over rows as they were there. Without `certain` it may be lost.
    void note(std::string_view writer, const Effects& effects, const Rows& before, bool certain = true);

    /// How much has been written so far.
    [[nodiscard]] std::size_t mark() const noexcept { return *clock_; }
    /// What was written between two marks, the first not included.
    struct Span {
        std::size_t since = 0;
        std::size_t until = std::numeric_limits<std::size_t>::max();
    };
    /// Whatever the writer wrote then may be lost, but for what `kept` shows.
    void doubt(std::string_view writer, Span span, const Rows& kept);

    /// The writer's clock runs ahead by more than the hub believes, or did so once: a hybrid clock is not set back.
    void runs_ahead(std::string_view writer) { ahead_.emplace(writer); }
    [[nodiscard]] bool is_ahead(std::string_view writer) const { return ahead_.contains(writer); }
    /// The hub was restored, and is sent again what it lost. It reads a clock that runs ahead as of the arrival, so
    /// what was written by such a clock now seems later than what replaced it.
    void hub_was_restored() { hub_was_restored_ = true; }

    /// A file was copied that holds changes of this row which no segment has: a copy tells them when it comes, as if
    /// they had been made then. Nobody can know that they are old.
    void copied(const std::string& place) { past_[place].copied = true; }

    /// What is wrong with rows that all sides came to in the end, in words; empty if nothing is. `passed_over` names
    /// rows that somebody was told to look at.
    [[nodiscard]] std::string fault_in(const Rows& rows, const Rows& passed_over) const;
    /// What is wrong with what a sync made of a device's rows: it may bring anything but what this device had replaced.
    [[nodiscard]] std::string fault_in_pull(const Rows& before, const Rows& after) const;

private:
    struct Version {
        std::string value;
        std::optional<std::size_t> over;  ///< which version its writer saw
        std::string writer;
        std::size_t at = 0;
        bool certain = true;
    };
    using Versions = std::vector<Version>;
    struct Removal {
        std::string writer;
        Row seen;
        std::size_t at = 0;
        bool certain = true;
    };
    struct Past {
        std::map<std::string, Versions> columns;
        std::vector<Removal> removals;
        bool copied = false;
    };

    void note_column(Past& past, const std::string& column, const std::string& value, const Row* seen, Version made);
    [[nodiscard]] std::string fault_in_absence(const std::string& place, const Past& past) const;
    [[nodiscard]] std::string fault_in_return(const std::string& place, const Past& past, const Row& row,
                                              const Rows& rows) const;
    [[nodiscard]] static Versions surviving(const Versions& versions, const std::string& column,
                                            const std::vector<Removal>& removals);
    /// Whether somebody deleted the row without knowing the version: a deletion beats a concurrent edit.
    [[nodiscard]] static bool is_beaten(const Versions& versions, std::size_t at, const std::string& column,
                                        const std::vector<Removal>& removals);
    [[nodiscard]] std::string fault_in_row(const std::string& place, const Past& past, const Row& row) const;
    [[nodiscard]] bool may_seem_later(const Version& version) const {
        return hub_was_restored_ && ahead_.contains(version.writer);
    }
    [[nodiscard]] bool was_ever_reserved(const std::string& bundle) const;

    std::map<std::string, Past> past_;
    std::size_t* clock_;
    std::set<std::string, std::less<>> ahead_;
    bool hub_was_restored_ = false;
};

}  // namespace edge::simulation
