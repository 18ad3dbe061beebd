#include "commands/sync_report.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"
#include "program/interrupt.hpp"

#include "edge/protocol/next_sync.hpp"

#include <fmt/format.h>

#include <ostream>
#include <random>
#include <thread>

namespace edge::cli {
namespace {

using protocol::NextSync;
using protocol::SyncOutlook;

std::int64_t to_ms(Timestamp instant) {
    return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

std::string why_then(const NextSync& next, const std::string& reason) {
    if (next.why == "hub_wish") return "as the hub wishes";
    if (next.why == "budget") return "when a new day has bytes of its own";
    return reason.empty() ? next.why : printable(reason);
}

/// One device that syncs by itself.
class Watch {
public:
    Watch(Context& context, const SyncOptions& options) : context_(context), options_(options) {}

    Answer run() {
        wait_for_the_last_one();
        while (interrupt_signal() == 0) {
            std::string reason;
            const SyncOutlook outlook = sync_once(reason);
            if (interrupt_signal() != 0) break;
            wait(next(outlook), reason);
        }
        return answer();
    }

private:
    /// A program that is started again and again must not try more often for it.
    void wait_for_the_last_one() {
        const SyncStatusReport status = context_.engine().sync_status();
        if (status.waiting_for.empty() || !status.next_attempt || *status.next_attempt <= context_.now()) return;
        wait(next({.not_before_ms = to_ms(*status.next_attempt), .waiting_for = status.waiting_for}),
             status.waiting_for);
    }

    SyncOutlook sync_once(std::string& reason) {
        SyncOutlook outlook;
        ++syncs_;
        try {
            const SyncReport report = context_.engine().sync(options_);
            add(report);
            reason = report.reason;
            outlook.complete = report.reason.empty();
            outlook.budget_used = report.budget_used;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::cancelled) return outlook;
            if (error.code() == ErrorCode::invalid_argument) throw;  // a wrong address stays wrong
            reason = error.what();
        }
        if (!outlook.complete) ++failed_;
        const SyncStatusReport status = context_.engine().sync_status();
        outlook.waiting_for = status.waiting_for;
        outlook.next_day_ms = to_ms(next_midnight());
        // an error of this machine's leaves no time for the next attempt behind
        constexpr std::chrono::seconds at_least{2};
        const Timestamp soonest = outlook.complete ? context_.now() : context_.now() + at_least;
        outlook.not_before_ms = to_ms(std::max(status.next_attempt.value_or(soonest), soonest));
        return outlook;
    }

    void add(const SyncReport& report) {
        total_.segments_sent += report.segments_sent;
        total_.changes_sent += report.changes_sent;
        total_.bytes_sent += report.bytes_sent;
        total_.bytes_received += report.bytes_received;
        total_.socket_bytes += report.socket_bytes;
        total_.rejected += report.rejected;
        total_.rejects = report.rejects;
        total_.bytes_today = report.bytes_today;
        total_.budget_used = report.budget_used;
        total_.bootstrapped = total_.bootstrapped || report.bootstrapped;
        total_.pending_changes = report.pending_changes;
        total_.equal = report.equal;
        total_.next_attempt = report.next_attempt;
        total_.reason = report.reason;
        if (context_.quiet() || (report.changes_sent == 0 && report.reason.empty())) return;
        context_.err() << "sent " << count_of(report.changes_sent, "change", "changes") << ", "
                       << count_of(report.pending_changes, "change", "changes") << " left\n"
                       << std::flush;
    }

    [[nodiscard]] Timestamp next_midnight() {
        const TimeZone& zone = context_.zone();
        return zone.to_instant(LocalDate(zone.to_local(context_.now()).day) + std::chrono::days(1), TimeOfDay{});
    }

    [[nodiscard]] NextSync next(const SyncOutlook& outlook) {
        return protocol::next_sync(outlook, to_ms(context_.now()),
                                   std::uniform_real_distribution<double>(0.0, 1.0)(random_));
    }

    /// By a clock that nobody sets.
    void wait(const NextSync& next, const std::string& reason) {
        constexpr std::chrono::milliseconds glance{100};
        const std::chrono::milliseconds pause(next.at_ms - to_ms(context_.now()));
        if (!context_.quiet()) {
            context_.err() << fmt::format("next sync in {:.1f} s: {}\n", static_cast<double>(pause.count()) / 1000.0,
                                          why_then(next, reason))
                           << std::flush;
        }
        const auto until = std::chrono::steady_clock::now() + pause;
        while (interrupt_signal() == 0) {
            const auto left = until - std::chrono::steady_clock::now();
            if (left <= std::chrono::steady_clock::duration::zero()) return;
            std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, glance));
        }
    }

    [[nodiscard]] Answer answer() const {
        if (context_.json()) {
            Json::Object data{{"syncs", syncs_}, {"failed", failed_}};
            Json::Object sums = object_of(total_);
            data.insert(data.end(), std::make_move_iterator(sums.begin()), std::make_move_iterator(sums.end()));
            return {.data = std::move(data), .text = {}};
        }
        return {.data = {},
                .text = fmt::format("Synced {}, {} in vain: {} sent, {} left.\n", count_of(syncs_, "time", "times"),
                                    failed_, count_of(total_.changes_sent, "change", "changes"),
                                    count_of(total_.pending_changes, "change", "changes")),
                .confirmation = true};
    }

    Context& context_;
    const SyncOptions& options_;
    SyncReport total_;
    std::int64_t syncs_ = 0;
    std::int64_t failed_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace

Answer watch_sync(Context& context, const SyncOptions& options) { return Watch(context, options).run(); }

}  // namespace edge::cli
