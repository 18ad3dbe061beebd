#include "commands/commands.hpp"
#include "commands/examination.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::cli {
namespace {

const char* name_of(Health health) {
    switch (health) {
        case Health::good: return "ok";
        case Health::note: return "note";
        case Health::finding: return "finding";
    }
    return "ok";
}

std::string mark_of(Health health, const Style& style) {
    switch (health) {
        case Health::good: return style.paint(Tone::good, "ok     ");
        case Health::note: return style.paint(Tone::faint, "note   ");
        case Health::finding: return style.paint(Tone::bad, "FINDING");
    }
    return "";
}

Answer run(Context& context) {
    const std::vector<Diagnosis> diagnoses = examine(context);
    const auto is_finding = [](const Diagnosis& each) { return each.health == Health::finding; };
    const auto findings = std::ranges::count_if(diagnoses, is_finding);
    const ExitStatus status = findings > 0 ? ExitStatus::findings : ExitStatus::done;
    if (context.json()) {
        const auto one = [](const Diagnosis& each) -> Json {
            return Json::Object{{"check", each.check},
                                {"state", name_of(each.health)},
                                {"message", each.message},
                                {"remedy", each.remedy}};
        };
        return {.data = Json::Object{{"checks", json_array(diagnoses, one)},
                                     {"findings", static_cast<std::int64_t>(findings)}},
                .text = {},
                .status = status};
    }
    const Style style = context.style();
    std::string text;
    for (const Diagnosis& each : diagnoses) {
        text += fmt::format("{}  {}: {}\n", mark_of(each.health, style), pad_right(each.check, 16),
                            printable(each.message));
        if (!each.remedy.empty()) text += "         " + printable(each.remedy) + "\n";
    }
    return {.data = {}, .text = text, .status = status};
}

}  // namespace

void add_doctor(Command& parent) {
    Command command =
        parent.add("doctor", "Look for what is wrong around the shop's file, and say what to do about it");
    command.examples({"edge-analytics doctor", "edge-analytics doctor --json"});
    command.action(run);
}

}  // namespace edge::cli
