#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

namespace edge::bench {

/// Microseconds of the system's clock, or of processor time of this thread.
class Stopwatch {
public:
    explicit Stopwatch(clockid_t clock) : clock_(clock), began_(now()) {}
    [[nodiscard]] double microseconds() const { return now() - began_; }

private:
    [[nodiscard]] double now() const {
        timespec time{};
        clock_gettime(clock_, &time);
        return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e3;
    }

    clockid_t clock_;
    double began_;
};

/// Other programs that take the processor for a while move the mean, not the median.
inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// What one kind of work took, over and over, by both clocks.
class Samples {
public:
    template <class Work>
    void measure(Work work) {
        const Stopwatch wall(CLOCK_MONOTONIC);
        const Stopwatch processor(CLOCK_THREAD_CPUTIME_ID);
        work();
        processor_.push_back(processor.microseconds());
        wall_.push_back(wall.microseconds());
    }
    [[nodiscard]] double wall() const { return median(wall_); }
    [[nodiscard]] double processor() const { return median(processor_); }

private:
    std::vector<double> wall_;
    std::vector<double> processor_;
};

}  // namespace edge::bench
