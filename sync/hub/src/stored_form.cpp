#include "stored_form.hpp"

#include "edge/core/error.hpp"
#include "edge/protocol/tables.hpp"

#include <charconv>

namespace edge::hub {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Timestamp> instant_of(std::string_view text) {
    const std::optional<std::int64_t> value = number_of(text);
    if (!value) return std::nullopt;
    return Timestamp(std::chrono::microseconds(*value));
}

}  // namespace

protocol::Lane stored_lane(std::string_view name) {
    const std::optional<protocol::Lane> lane = protocol::parse_lane(name);
    if (!lane) throw Error(ErrorCode::corrupt_data, "cannot read the hub's cursors: no lane " + std::string(name));
    return *lane;
}

protocol::Outcome stored_outcome(std::string_view name) {
    const std::optional<protocol::Outcome> outcome = protocol::parse_outcome(name);
    if (!outcome) {
        throw Error(ErrorCode::corrupt_data, "cannot read the hub's dead letters: no outcome " + std::string(name));
    }
    return *outcome;
}

LetterState stored_letter_state(std::string_view name) {
    const std::optional<LetterState> state = protocol::parse_letter_state(name);
    if (!state) {
        throw Error(ErrorCode::corrupt_data, "cannot read the hub's dead letters: no state " + std::string(name));
    }
    return *state;
}

void read_stored_fields(std::string_view fields, std::string_view stamps, StoredRow& stored) {
    std::optional<protocol::Fields> decoded = protocol::decode_fields(fields);
    if (!decoded || !protocol::decode_stamps(stamps, stored.row)) {
        throw Error(ErrorCode::corrupt_data, "cannot read row " + stored.at.key + " of the hub: its JSON is damaged");
    }
    stored.row.fields = *std::move(decoded);
}

void read_fact(std::string_view name, std::string_view value, HubSettings& settings) {
    if (name == "epoch") settings.epoch = value;
    if (name == "durable") settings.durable.rule = parse_durable_rule(value).value_or(DurableRule::command);
    if (name == "durable_lag_s") settings.durable.lag = std::chrono::seconds(number_of(value).value_or(0));
    if (name == "covered") settings.covered = instant_of(value);
    if (name == "backup_began") settings.backup_began = instant_of(value);
}

std::string fact_of(Timestamp instant) { return std::to_string(instant.time_since_epoch().count()); }

const std::string& shared_table_numbers() {
    static const std::string numbers = [] {
        std::string list;
        for (const protocol::TableDescriptor& table : protocol::synced_tables()) {
            if (!protocol::is_shared(table)) continue;
            if (!list.empty()) list += ", ";
            list += std::to_string(table.number);
        }
        return list;
    }();
    return numbers;
}

}  // namespace edge::hub
