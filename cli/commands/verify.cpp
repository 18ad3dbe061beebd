#include "commands/commands.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

Answer run(Context& context) {
    const VerifyReport report = context.engine().verify(context.progress());
    const ExitStatus status = report.findings.empty() ? ExitStatus::done : ExitStatus::findings;
    if (context.json()) {
        return {
            .data = Json::Object{{"checks", json_array(report.checks, [](const std::string& check) { return check; })},
                                 {"findings",
                                  json_array(report.findings, [](const Finding& finding) { return json_of(finding); })},
                                 {"bundles", report.bundles},
                                 {"reservations", report.reservations}},
            .text = {},
            .status = status};
    }
    const Style style = context.style();
    std::string text;
    for (const Finding& finding : report.findings) {
        text += style.paint(Tone::bad, finding.check) + ": " + printable(finding.message) + "\n  " +
                printable(finding.remedy) + "\n";
    }
    std::string checks;
    for (const std::string& check : report.checks) checks += (checks.empty() ? "" : ", ") + check;
    text += fmt::format("{}: {} over {} and {}.\n",
                        report.findings.empty()
                            ? style.paint(Tone::good, "All is well")
                            : count_of(static_cast<std::int64_t>(report.findings.size()), "finding", "findings"),
                        checks, count_of(report.bundles, "bundle", "bundles"),
                        count_of(report.reservations, "reservation", "reservations"));
    return {.data = {}, .text = text, .confirmation = report.findings.empty(), .status = status};
}

}  // namespace

void add_verify(Command& parent) {
    Command command =
        parent.add("verify", "Check the whole file: integrity, references, triggers, and every number counted again");
    command.examples({"edge-analytics verify", "edge-analytics verify --json"});
    command.action(run);
}

}  // namespace edge::cli
