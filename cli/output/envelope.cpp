#include "output/envelope.hpp"

#include <map>

namespace edge::cli {
namespace {

Json json_of(const EnvelopeMeta& meta) {
    return Json::Object{{"version", meta.version}, {"as_of", meta.as_of}, {"unsent", meta.unsent}};
}

/// A fact that is given several times (the bundles that a code fits) becomes a list.
Json json_of(const std::vector<std::pair<std::string, std::string>>& details) {
    std::map<std::string, Json::Array> values;
    std::vector<std::string> names;
    for (const auto& [name, value] : details) {
        if (!values.contains(name)) names.push_back(name);
        values[name].push_back(value);
    }
    Json::Object members;
    for (const std::string& name : names) {
        Json::Array& given = values[name];
        members.push_back({name, given.size() == 1 ? given.front() : Json(given)});
    }
    return members;
}

std::string document(const std::string& command, bool ok, Json::Member body, const std::vector<std::string>& warnings,
                     const EnvelopeMeta& meta) {
    const Json whole = Json::Object{{"schema", "edge-analytics/" + command + "/1"},
                                    {"ok", ok},
                                    std::move(body),
                                    {"warnings", json_array(warnings, [](const std::string& text) { return text; })},
                                    {"meta", json_of(meta)}};
    return whole.text() + "\n";
}

}  // namespace

std::string success_document(const std::string& command, Json data, const std::vector<std::string>& warnings,
                             const EnvelopeMeta& meta) {
    return document(command, true, {"data", std::move(data)}, warnings, meta);
}

std::string failure_document(const std::string& command, const Failure& failure,
                             const std::vector<std::string>& warnings, const EnvelopeMeta& meta) {
    return document(command, false,
                    {"error", Json::Object{{"code", failure.code},
                                           {"message", failure.message},
                                           {"hint", failure.hint},
                                           {"exit", failure.exit},
                                           {"retryable", failure.retryable},
                                           {"details", json_of(failure.details)}}},
                    warnings, meta);
}

}  // namespace edge::cli
