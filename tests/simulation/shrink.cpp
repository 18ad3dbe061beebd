#include "simulation/shrink.hpp"

#include <algorithm>
#include <cstddef>

namespace edge::simulation {
namespace {

class Shrinker {
public:
    Shrinker(Story story, const std::function<bool(const Story&)>& fails, int most_runs)
        : story_(std::move(story)), fails_(fails), runs_left_(most_runs) {}

    Story go() && {
        for (std::size_t before = 0; before != weight_of(story_) && runs_left_ > 0;) {
            before = weight_of(story_);
            for (std::size_t size = story_.steps.size() / 2; size > 0; size /= 2) leave_out(size);
            calm_down();
        }
        return std::move(story_);
    }

private:
    bool keep_if_it_fails(Story smaller) {
        if (runs_left_ <= 0) return false;
        --runs_left_;
        if (!fails_(smaller)) return false;
        story_ = std::move(smaller);
        return true;
    }

    /// Time that passed in the steps left out still passes.
    void leave_out(std::size_t size) {
        for (std::size_t begin = 0; begin < story_.steps.size();) {
            Story smaller = story_;
            const std::size_t end = std::min(begin + size, smaller.steps.size());
            int minutes = 0;
            for (std::size_t at = begin; at < end; ++at) minutes += smaller.steps[at].minutes;
            const auto first = smaller.steps.begin();
            smaller.steps.erase(first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end));
            if (begin < smaller.steps.size()) smaller.steps[begin].minutes += minutes;
            if (!keep_if_it_fails(std::move(smaller))) begin += size;
        }
    }

    void calm_down() {
        for (std::size_t at = 0; at < story_.steps.size(); ++at) {
            try_with(at, [](Step& step) { step.fault = {}; });
            try_with(at, [](Step& step) { step.hub_fault = {}; });
            try_with(at, [](Step& step) { step.storm = 0; });
        }
        for (std::size_t at = 0; at < story_.skew_minutes.size(); ++at) {
            if (story_.skew_minutes[at] == 0) continue;
            Story smaller = story_;
            smaller.skew_minutes[at] = 0;
            keep_if_it_fails(std::move(smaller));
        }
        for (std::size_t at = 0; at < story_.ways.size(); ++at) {
            if (story_.ways[at] == Way{}) continue;
            Story smaller = story_;
            smaller.ways[at] = {};
            keep_if_it_fails(std::move(smaller));
        }
    }
    template <class Change>
    void try_with(std::size_t at, const Change& change) {
        Story smaller = story_;
        change(smaller.steps[at]);
        if (weight_of(smaller) < weight_of(story_)) keep_if_it_fails(std::move(smaller));
    }

    Story story_;
    const std::function<bool(const Story&)>& fails_;
    int runs_left_;
};

}  // namespace

Story shrink(Story story, const std::function<bool(const Story&)>& fails, int most_runs) {
    return Shrinker(std::move(story), fails, most_runs).go();
}

}  // namespace edge::simulation
