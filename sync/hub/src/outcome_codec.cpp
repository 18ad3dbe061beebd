#include "outcome_codec.hpp"

#include "edge/core/error.hpp"

#include <boost/json.hpp>

namespace edge::hub {

namespace json = boost::json;
using protocol::ChangeOutcome;

std::string encode_outcomes(const std::vector<ChangeOutcome>& outcomes) {
    if (outcomes.empty()) return {};
    json::array array;
    array.reserve(outcomes.size());
    for (const ChangeOutcome& one : outcomes) {
        array.push_back({{"i", one.index},
                         {"t", one.table},
                         {"k", one.key},
                         {"o", protocol::name_of(one.outcome)},
                         {"r", one.reason}});
    }
    return json::serialize(array);
}

std::vector<ChangeOutcome> decode_outcomes(std::string_view text, const PartId& id) {
    std::vector<ChangeOutcome> outcomes;
    if (text.empty()) return outcomes;
    try {
        const json::value document = json::parse(text);
        for (const json::value& value : document.as_array()) {
            const json::object& one = value.as_object();
            const auto member = [&](const char* name) { return std::string(one.at(name).as_string()); };
            const std::optional<protocol::Outcome> outcome = protocol::parse_outcome(member("o"));
            if (!outcome) throw Error(ErrorCode::corrupt_data, "cannot read stored outcomes: unknown outcome");
            outcomes.push_back({.lane = id.lane.lane,
                                .seq = id.seq,
                                .part = id.part,
                                .index = one.at("i").as_int64(),
                                .table = member("t"),
                                .key = member("k"),
                                .outcome = *outcome,
                                .reason = member("r")});
        }
    } catch (const Error&) {
        throw;
    } catch (const std::exception& failure) {  // not JSON, or a member that is missing or of another kind
        throw Error(ErrorCode::corrupt_data, std::string("cannot read stored outcomes: ") + failure.what());
    }
    return outcomes;
}

}  // namespace edge::hub
