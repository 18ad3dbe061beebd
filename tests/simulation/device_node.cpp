#include "simulation/device_node.hpp"

#include "simulation/events.hpp"
#include "simulation/memory_vfs.hpp"
#include "simulation/violation.hpp"
#include "support/synced_rows.hpp"

#include "edge/core/uuid.hpp"
#include "edge/storage/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edge::simulation {
namespace {

/// Whether one of the writes made `after` of `before`.
bool is_explained(const std::vector<Effects>& writes, const Rows& before, const Rows& after) {
    return std::any_of(writes.begin(), writes.end(),
                       [&](const Effects& effects) { return explains(effects, before, after); });
}

}  // namespace

DeviceNode::DeviceNode(std::string its_name, const std::string& path, const Image& image, const Timestamp& world_now,
                       std::chrono::minutes its_skew, std::uint64_t seed, History& history)
    : name(std::move(its_name)),
      history_(history),
      world_now_(world_now),
      disk_(path),
      random_(std::make_shared<Dice>(seed)) {
    set_clock(its_skew);
    options_.clock = [this] { return now(); };
    options_.random = [random = random_](std::uint8_t* bytes_to_fill, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes_to_fill[i] = static_cast<std::uint8_t>(random->next());
    };
    options_.log = [this](LogLevel, std::string_view line) {
        differs = differs || line.find("rows differ from what is known") != std::string_view::npos;
    };
    options_.vfs = disk_.vfs();
    disk_.replace(image);
    open();
    model = people_wrote();
    const SyncStatusReport status = engine_->sync_status();
    seller = status.seller;
    replica = status.replica;
}

DeviceNode::~DeviceNode() { disk_.stop(); }

void DeviceNode::begin(std::string its_name, std::chrono::minutes its_skew, std::uint64_t seed) {
    name = std::move(its_name);
    *random_ = Dice(seed);
    set_clock(its_skew);
}

void DeviceNode::open() {
    engine_ = std::make_unique<Engine>(Engine::open(disk_.path(), options_));
    const std::vector<std::string> triggers = select("SELECT sql FROM sqlite_schema WHERE type = 'trigger'");
    if (triggers_ == 0) triggers_ = triggers.size();
    require(triggers.size() == triggers_ && triggers_ > 0, "I24", name + " has lost triggers of its journal");
}

Engine DeviceNode::second_process() const { return Engine::open(disk_.path(), options_); }

void DeviceNode::restart(bool power, std::uint64_t dice) {
    disk_.stop();
    engine_.reset();
    reader_.reset();
    disk_.end(power, dice);
    open();
    settle(power);
}

void DeviceNode::lose_unsynced(const Rows& found) {
    if (unsynced_.empty()) return;
    history_.doubt(name, {.since = unsynced_.front().mark}, found);
    const bool is_lost =
        std::any_of(unsynced_.begin(), unsynced_.end(), [&](const Unsynced& one) { return one.before == found; });
    if (is_lost) model = found;
    unsynced_.clear();
}

void DeviceNode::settle(bool power) {
    const Rows found = people_wrote();
    if (power) lose_unsynced(found);
    if (pulls_) return take_pulled();
    if (found != model && is_explained(limbo_, model, found)) {
        if (!power) unsynced_.push_back({.before = model, .mark = history_.mark()});
        history_.note(name, effects_between(model, found), model);
        model = found;
    }
    limbo_.clear();
    const std::string difference = first_difference(model, found);
    require(difference.empty(), "I1", name + " after a restart: " + difference);
}

/// A write that failed is done after all if the rows show all of it and did not before.
void DeviceNode::take_limbo(const Rows& found) {
    for (Effects effects : limbo_) {
        if (!are_seen(effects, found, model)) continue;
        const Rows after = applied(model, effects);
        if (after == model) continue;
        history_.note(name, effects_between(model, after), model);
        model = after;
        limbo_.clear();
        return;
    }
}

/// A copy is read from its log as after a restart. What it shows of a write that failed may come to light in the
/// original too, and is then told by both: as a row that both had when the copy was made.
void DeviceNode::read_copy(const Rows& copied, const std::vector<Effects>& limbo) {
    model = people_wrote();
    if (model == copied) return;
    require(is_explained(limbo, copied, model), "I1", name + " as a copy: " + first_difference(copied, model));
    const Effects effects = effects_between(copied, model);
    history_.note(name, effects, copied);
    for (const Effect& effect : effects) history_.copied(effect.place);
}

void DeviceNode::begin_as_copy_of(const DeviceNode& other) { read_copy(other.model, other.limbo_); }

void DeviceNode::take_pulled() {
    if (!std::exchange(pulls_, false)) return;
    Rows found = people_wrote();
    if (found == model) return;
    take_limbo(found);
    const std::string fault = may_go_back ? std::string() : history_.fault_in_pull(model, found);
    require(fault.empty(), "I8", name + ": " + fault);
    for (const Effect& effect : std::exchange(kept_in_sync_, {})) {
        const auto row = found.find(effect.place);
        for (const auto& [column, value] : effect.columns) {
            require(row == found.end() || row->second.at(column) == value || is_forked, "I8",
                    name + ": a sync took back what was written during it, " + column + " of " + effect.place);
        }
    }
    model = std::move(found);
}

bool DeviceNode::finish(const Fault& fault, std::uint64_t dice) {
    const bool failed = disk_.disarm();
    if (failed && fault.kind != FaultKind::none) count_event("device's disk:", name_of(fault.kind));
    if (failed && (fault.kind == FaultKind::killed || fault.kind == FaultKind::power_cut))
        restart(fault.kind == FaultKind::power_cut, dice);
    return failed;
}

void DeviceNode::note_copy() {
    constexpr std::string_view unsealed =
        "SELECT '{0} ' || hex(uuid) FROM {0} WHERE {1} IN (SELECT row FROM journal WHERE tbl = {2} AND op < 8 AND seq "
        "> "
        "(SELECT cursor FROM journal_readers WHERE reader = 'sync'))";
    struct Table {
        std::string_view name;
        std::string_view key;
        int number;
    };
    for (const auto& [table, key, number] :
         {Table{"sellers", "user_id", 1}, Table{"category", "category_id", 2}, Table{"bundles", "bundle_id", 3},
          Table{"reservations", "reservation_id", 4}, Table{"weather", "weather_id", 10},
          Table{"holidays", "holiday_id", 11}}) {
        for (const std::string& row : select(fmt::format(unsealed, table, key, number))) {
            Uuid::Bytes bytes{};
            const std::string digits = row.substr(row.find(' ') + 1);
            for (std::size_t i = 0; i < bytes.size(); ++i)
                bytes[i] = static_cast<std::uint8_t>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
            history_.copied(std::string(table) + ' ' + Uuid(bytes).wire());
        }
    }
}

void DeviceNode::take_image() {
    note_copy();
    image_ = Remembered{.image = disk_.image(), .model = model, .limbo = limbo_, .mark = history_.mark()};
}

void DeviceNode::restore_image(const Rows& at_hub) {
    engine_.reset();
    reader_.reset();
    disk_.replace(image_->image);
    lost_.push_back({.since = image_->mark, .until = history_.mark()});
    history_.doubt(name, lost_.back(), at_hub);
    limbo_.clear();
    unsynced_.clear();
    pulls_ = false;
    is_forked = true;
    may_go_back = true;
    open();
    read_copy(image_->model, image_->limbo);
}

void DeviceNode::hub_was_restored(const Rows& at_hub) {
    may_go_back = true;
    for (const History::Span& span : lost_) history_.doubt(name, span, at_hub);
}

void DeviceNode::set_clock(std::chrono::minutes ahead) {
    constexpr std::chrono::minutes believed{5};
    skew = ahead;
    if (skew > believed) history_.runs_ahead(name);
}

storage::Connection& DeviceNode::reader() {
    if (!reader_)
        reader_ = std::make_unique<storage::Connection>(storage::Connection::open(disk_.path(), {.vfs = memory_vfs()}));
    return *reader_;
}

Rows DeviceNode::rows() { return parse_rows(test::synced_rows(reader())); }

Rows DeviceNode::people_wrote() { return parse_rows(test::shared_rows(reader())); }

std::vector<std::string> DeviceNode::select(const std::string& sql) {
    std::vector<std::string> lines;
    storage::Query row = reader().query_with(sql, {});
    while (row.step()) lines.push_back(row.is_null(0) ? "NULL" : row.text(0));
    return lines;
}

std::int64_t DeviceNode::seen() {
    return std::stoll(select("SELECT coalesce((SELECT value FROM sync_state WHERE name = 'seen'), '0')").front());
}

void DeviceNode::check_rows() {
    const std::string difference = first_difference(model, people_wrote());
    require(difference.empty(), "I1", name + " does not hold what was written: " + difference);
}

bool is_refusal(const Error& error) {
    const ErrorCode code = error.code();
    return code >= ErrorCode::sold_out || code == ErrorCode::invalid_argument || code == ErrorCode::not_found ||
           code == ErrorCode::conflict;
}

bool is_disk_failure(const Error& error) {
    return error.code() == ErrorCode::io_failure || error.code() == ErrorCode::disk_full;
}

void report_unexpected(const DeviceNode& device, const Error& error) {
    throw Violation("engine", device.name + ": unexpected " + std::string(name_of(error.code())) + ": " + error.what());
}

}  // namespace edge::simulation
