#include "commands/commands.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

Answer run(Context& context, const std::string& file) {
    const ReceiptReport report = context.engine().import_receipt(file);
    const ExitStatus status = report.rejected > 0 ? ExitStatus::partly_done : ExitStatus::done;
    if (context.json()) {
        return {.data = Json::Object{{"file_sha256", report.file_sha256},
                                     {"segments_applied", report.segments_applied},
                                     {"segments_trimmed", report.segments_trimmed},
                                     {"rejected", report.rejected},
                                     {"rejects", report.rejects},
                                     {"pending_changes", report.pending_changes},
                                     {"reason", report.reason}},
                .text = {},
                .status = status};
    }
    std::string text =
        fmt::format("The hub has applied {} more; {} no longer kept here.\n",
                    count_of(report.segments_applied, "segment", "segments"),
                    report.segments_trimmed == 1 ? "1 is" : fmt::format("{} are", report.segments_trimmed));
    if (!report.reason.empty()) text += printable(report.reason) + "\n";
    if (report.rejects > 0) {
        text += fmt::format("{} did not go: edge-analytics sync rejects list\n",
                            count_of(report.rejects, "change", "changes"));
    }
    if (report.pending_changes > 0)
        text += fmt::format("{} left to send.\n", count_of(report.pending_changes, "change", "changes"));
    return {.data = {}, .text = text, .confirmation = status == ExitStatus::done, .status = status};
}

}  // namespace

void add_sync_receipt(Command& sync) {
    const auto file = std::make_shared<std::string>();
    Command command = sync.add("import-receipt", "Take in what the hub wrote for an exported file");
    command.argument("FILE", *file, "The receipt that hub import wrote").required();
    command.examples({"edge-analytics sync import-receipt first.receipt",
                      "edge-analytics sync import-receipt first.receipt --json"});
    command.action([file](Context& context) { return run(context, *file); });
}

}  // namespace edge::cli
