#include "commands/commands.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

const SettingInfo& get_setting(const std::string& key) {
    const SettingInfo* info = find_setting(key);
    if (info != nullptr) return *info;
    throw usage_error(fmt::format("cannot find setting '{}': there is none of that name", key),
                      "edge-analytics config list shows them all");
}

Json json_of(const SettingInfo& info, const std::optional<SettingValue>& value) {
    return Json::Object{{"key", info.key},
                        {"value", value ? Json(value->value) : Json()},
                        {"source", value ? value->source : "default"},
                        {"default", info.standard},
                        {"environment", info.environment},
                        {"kind", info.kind},
                        {"meaning", info.meaning}};
}

Answer run_get(Context& context, const std::string& key) {
    const SettingInfo& info = get_setting(key);
    const std::optional<SettingValue> value = context.setting(key);
    if (context.json()) return {.data = json_of(info, value), .text = {}};
    return {.data = {}, .text = value ? printable(value->value) + "\n" : ""};
}

Answer run_list(Context& context) {
    if (context.json()) {
        const auto one = [&context](const SettingInfo& info) { return json_of(info, context.setting(info.key)); };
        return {.data = Json::Object{{"path", context.config_path()}, {"settings", json_array(all_settings(), one)}},
                .text = {}};
    }
    TextTable table({{"Setting"}, {"Value"}, {"From"}});
    for (const SettingInfo& info : all_settings()) {
        const std::optional<SettingValue> value = context.setting(info.key);
        table.add({std::string(info.key), value ? printable(value->value) : std::string(info.standard),
                   value ? printable(value->source) : "default"});
    }
    return {.data = {}, .text = table.text(context.style())};
}

Answer run_explain(Context& context, const std::string& key) {
    const SettingInfo& info = get_setting(key);
    const std::optional<SettingValue> value = context.setting(key);
    if (context.json()) return {.data = json_of(info, value), .text = {}};
    TextFields fields;
    fields.add("is", std::string(info.meaning));
    fields.add("may be", std::string(info.kind));
    fields.add("default", std::string(info.standard));
    fields.add("environment", std::string(info.environment));
    fields.add("in the file", printable(context.config_path()));
    fields.add("now", value ? fmt::format("{} ({})", printable(value->value), printable(value->source)) : "not set");
    return {.data = {}, .text = context.style().paint(Tone::strong, info.key) + "\n" + fields.text(context.style())};
}

struct SetArguments {
    std::string key;
    std::string value;
};

Answer run_set(Context& context, const SetArguments& arguments) {
    const SettingInfo& info = get_setting(arguments.key);
    if (!arguments.value.empty()) {
        try {
            check_value(info, arguments.value, "the command line");
        } catch (const CommandError& error) {
            throw usage_error(error.what(), error.hint());
        }
    }
    write_config(context.config_path(), info, arguments.value);
    if (context.json()) {
        return {.data = Json::Object{{"key", info.key},
                                     {"value", arguments.value.empty() ? Json() : Json(arguments.value)},
                                     {"path", context.config_path()}},
                .text = {}};
    }
    const std::string what = arguments.value.empty() ? fmt::format("{} is no longer set", info.key)
                                                     : fmt::format("{} = {}", info.key, printable(arguments.value));
    return {.data = {}, .text = what + " in " + printable(context.config_path()) + "\n", .confirmation = true};
}

}  // namespace

void add_config(Command& parent) {
    Command config = parent.add("config", "Settings: get, set, list, explain");
    config.examples({"edge-analytics config list", "edge-analytics config set hub.url http://127.0.0.1:8765"});

    const auto wanted = std::make_shared<std::string>();
    Command get = config.add("get", "Print a setting's value; nothing if it is not set");
    get.argument("KEY", *wanted, "Such as hub.url").required();
    get.examples({"edge-analytics config get hub.url", "edge-analytics config get hub.url --json"});
    get.action([wanted](Context& context) { return run_get(context, *wanted); });

    const auto changed = std::make_shared<SetArguments>();
    Command set = config.add("set", "Write a setting to the configuration file");
    set.argument("KEY", changed->key, "Such as hub.url").required();
    set.argument("VALUE", changed->value, "\"\" takes the setting out").required();
    set.examples({"edge-analytics config set hub.url http://127.0.0.1:8765", "edge-analytics config set color never"});
    set.action([changed](Context& context) { return run_set(context, *changed); });

    Command list = config.add("list", "List every setting, its value and where that comes from");
    list.examples({"edge-analytics config list", "edge-analytics config list --json"});
    list.action(run_list);

    const auto explained = std::make_shared<std::string>();
    Command explain = config.add("explain", "Say what a setting is and where its value comes from");
    explain.argument("KEY", *explained, "Such as hub.url").required();
    explain.examples({"edge-analytics config explain hub.url", "edge-analytics config explain timeout"});
    explain.action([explained](Context& context) { return run_explain(context, *explained); });
}

}  // namespace edge::cli
