#include "simulation/hub_node.hpp"

#include "simulation/dice.hpp"
#include "simulation/events.hpp"
#include "simulation/templates.hpp"
#include "simulation/violation.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/repair.hpp"
#include "edge/hub/sqlite_store.hpp"
#include "edge/protocol/row_digest.hpp"
#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edge::simulation {
namespace {

constexpr std::chrono::hours backup_lag{24};

protocol::Change change_of(const Effect& effect) {
    const std::size_t space = effect.place.find(' ');
    std::string json =
        fmt::format(R"({{"t":"{}","k":"{}","op":"{}")", effect.place.substr(0, space), effect.place.substr(space + 1),
                    effect.kind == Effect::Kind::create   ? "c"
                    : effect.kind == Effect::Kind::update ? "u"
                                                          : "d");
    if (effect.kind != Effect::Kind::remove) {
        std::string separator = R"(,"p":{)";
        for (const auto& [column, value] : effect.columns) {
            json += fmt::format(R"({}"{}":{})", std::exchange(separator, ","), column, value);
        }
        json += '}';
    }
    protocol::Decoded<protocol::Change> change = protocol::decode_change(json + '}');
    require(bool(change), "hub", "the story writes what is no change: " + json);
    return *std::move(change);
}

hub::DurableSetting setting_of(Durable durable) {
    switch (durable) {
        case Durable::applied: return {.rule = hub::DurableRule::applied};
        case Durable::lag: return {.rule = hub::DurableRule::lag, .lag = backup_lag};
        case Durable::command: break;
    }
    return {.rule = hub::DurableRule::command};
}

/// What the disk does is no surprise; a hub that finds its own file broken is.
void expect_disk_failure(const Error& error, bool faulty) {
    const bool known = error.code() == ErrorCode::io_failure || error.code() == ErrorCode::disk_full;
    require(known && faulty, "hub", std::string("the hub failed without a fault: ") + error.what());
}

HubAnswer good_answer(std::string body) {
    HubAnswer answer;
    answer.status = 200;
    answer.body = std::move(body);
    return answer;
}

HubAnswer problem_answer(const protocol::Problem& problem) {
    HubAnswer answer;
    answer.status = problem.status;
    answer.body = protocol::encode(problem);
    if (problem.retry_after_s) answer.headers.emplace_back("retry-after", std::to_string(*problem.retry_after_s));
    return answer;
}

/// As the hub's endpoints answer when the store fails.
HubAnswer failure_answer(const Error& error) {
    protocol::Problem problem = protocol::make_problem(protocol::ProblemClass::retry, name_of(error.code()),
                                                       "the hub could not do it; nothing was changed");
    problem.retry_after_s = 60;
    return problem_answer(problem);
}

}  // namespace

HubNode::HubNode(const std::string& path, Durable durable, std::size_t page_bytes)
    : disk_(path), options_{.limits = {}, .pull_bytes = page_bytes}, durable_(durable) {
    disk_.replace(templates().hub);
    open();
    store_->set_durable(setting_of(durable));
}

void HubNode::begin(Durable durable, std::size_t page_bytes) {
    durable_ = durable;
    options_.pull_bytes = page_bytes;
    store_->set_durable(setting_of(durable));
}

void HubNode::open() { store_ = hub::open_sqlite_store(disk_.path(), {.vfs = disk_.vfs()}); }

void HubNode::die(bool power, std::uint64_t dice) {
    disk_.stop();
    store_.reset();
    disk_.end(power, dice);
    open();
}

void HubNode::restart() {
    store_.reset();
    open();
}

void HubNode::finish(const Fault& fault, std::uint64_t dice, bool& died) {
    const bool failed = disk_.disarm();
    if (failed && fault.kind != FaultKind::none) count_event("hub's disk:", name_of(fault.kind));
    died = failed && (fault.kind == FaultKind::killed || fault.kind == FaultKind::power_cut);
    if (died) die(fault.kind == FaultKind::power_cut, dice);
}

template <class Ask>
std::optional<HubAnswer> HubNode::answer(const Fault& fault, std::uint64_t dice, const Ask& ask) {
    HubAnswer answer;
    disk_.arm(fault);
    try {
        answer = ask();
    } catch (const Error& error) {
        expect_disk_failure(error, fault.kind != FaultKind::none);
        answer = failure_answer(error);
    }
    bool died = false;
    finish(fault, dice, died);
    if (died) return std::nullopt;
    return answer;
}

std::optional<HubAnswer> HubNode::take(std::string_view body, const Fault& fault, std::uint64_t dice) {
    return answer(fault, dice, [&] {
        const protocol::Decoded<hub::IntakeResult> result = hub::take_request(*store_, body, now, options_);
        return result ? good_answer(protocol::encode(result->ack)) : problem_answer(result.problem());
    });
}

std::optional<HubAnswer> HubNode::repair(std::string_view body, const Fault& fault, std::uint64_t dice) {
    return answer(fault, dice, [&] {
        const protocol::Decoded<protocol::RepairAnswer> result = hub::answer_repair(*store_, body, {});
        return result ? good_answer(protocol::encode(*result)) : problem_answer(result.problem());
    });
}

std::string HubNode::import(const std::string& file, const Fault& fault, std::uint64_t dice) {
    std::string failure;
    disk_.arm(fault);
    try {
        static_cast<void>(hub::import_bundle_file(*store_, file, now, options_));
    } catch (const Error& error) {
        failure = error.what();
        expect_disk_failure(error, fault.kind != FaultKind::none);
    }
    bool died = false;
    finish(fault, dice, died);
    return failure;
}

bool HubNode::write_own(const std::string& seller, const Effects& effects, const Fault& fault, std::uint64_t dice) {
    std::vector<protocol::Change> changes;
    for (const Effect& effect : effects) changes.push_back(change_of(effect));
    bool done = false;
    disk_.arm(fault);
    try {
        const std::vector<protocol::ChangeOutcome> outcomes = hub::write_own_rows(*store_, seller, changes, now);
        require(std::all_of(outcomes.begin(), outcomes.end(),
                            [](const auto& one) { return one.outcome == protocol::Outcome::duplicate; }),
                "hub", outcomes.empty() ? "" : "the hub does not take its own change: " + outcomes.front().reason);
        done = true;
    } catch (const Error& error) {
        expect_disk_failure(error, fault.kind != FaultKind::none);
    }
    bool died = false;
    finish(fault, dice, died);
    return done;
}

void HubNode::back_up(std::size_t mark) {
    const Timestamp began = store_->begin_backup(now);
    backups_.push_back({.at = now, .image = disk_.image(), .mark = mark});
    if (durable_ == Durable::command) store_->declare_covered(began);
}

std::optional<std::size_t> HubNode::restore(std::uint64_t dice) {
    std::vector<const Backup*> usable;
    if (durable_ == Durable::command && !backups_.empty()) usable.push_back(&backups_.back());
    for (const Backup& backup : backups_) {
        if (durable_ == Durable::lag && backup.at >= now - backup_lag) usable.push_back(&backup);
    }
    if (usable.empty()) return std::nullopt;
    const Backup& chosen =
        *usable[static_cast<std::size_t>(Dice(dice).below(static_cast<std::int64_t>(usable.size())))];
    const Timestamp at = chosen.at;
    const std::size_t mark = chosen.mark;
    store_.reset();
    disk_.replace(chosen.image);
    open();
    store_->declare_restored();
    std::erase_if(backups_, [&](const Backup& backup) { return backup.at > at; });
    return mark;
}

void HubNode::check_digest(const std::string& seller) {
    const std::unique_ptr<hub::SellerReader> reader = store_->read(seller);
    protocol::Sum128 full;
    reader->each_row([&](const hub::StoredRow& stored) {
        const protocol::TableDescriptor* table = protocol::find_table(stored.at.table);
        if (table == nullptr || !protocol::is_shared(*table) || stored.row.deleted) return;
        full += protocol::row_hash(*table, stored.at.key, stored.row.fields);
    });
    const std::optional<protocol::Sum128> kept = reader->head().digest;
    require(!kept || *kept == full, "I12", "the hub's digest is not that of its rows");
}

Rows HubNode::rows(const std::string& seller) { return parse_rows(hub::dump(*store_, seller)); }

std::int64_t HubNode::head(const std::string& seller) { return store_->read(seller)->head().seq; }

}  // namespace edge::simulation
