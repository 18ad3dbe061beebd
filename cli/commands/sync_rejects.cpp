#include "commands/commands.hpp"
#include "output/refusals.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>

namespace edge::cli {
namespace {

struct Chosen {
    std::vector<std::string> ids;
    bool all = false;
};

std::int64_t parse_id(const std::string& text) {
    std::int64_t id = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failure == std::errc{} && end == text.data() + text.size()) return id;
    throw usage_error(fmt::format("cannot use '{}': it is no number of a reject", printable(text)),
                      "edge-analytics sync rejects list");
}

/// Throws unless either numbers are given or --all.
std::vector<std::int64_t> ids_of(const Chosen& chosen) {
    if (chosen.all == chosen.ids.empty()) {
        std::vector<std::int64_t> ids;
        for (const std::string& text : chosen.ids) ids.push_back(parse_id(text));
        return ids;
    }
    throw usage_error("cannot tell which rejects are meant", "give their numbers, or --all");
}

Json json_of(const RejectedChange& reject) {
    return Json::Object{{"id", reject.id},
                        {"state", reject.state},
                        {"table", reject.table},
                        {"key", reject.key},
                        {"outcome", reject.outcome},
                        {"reason", reject.reason},
                        {"lane", reject.lane},
                        {"epoch", reject.epoch},
                        {"segment", reject.seq},
                        {"part", reject.part},
                        {"position", reject.position},
                        {"received_at", json_instant(reject.received_at)},
                        {"settled_at", json_instant(reject.settled_at)},
                        {"change", reject.change.empty() ? Json(nullptr) : Json(Json::Raw{reject.change})}};
}

Answer run_list(Context& context, bool settled) {
    const std::vector<RejectedChange> rejects = context.engine().rejects(settled);
    if (context.json()) {
        return {.data = Json::Object{{"rejects", json_array(rejects, [](const auto& one) { return json_of(one); })}},
                .text = {}};
    }
    if (rejects.empty()) return {.data = {}, .text = "The hub took every change.\n"};
    const ShopView shop = context.shop();
    TextTable table({{"Reject", Align::right}, {"Since"}, {"Row"}, {"State"}, {"Why", Align::left, 90}});
    for (const RejectedChange& one : rejects) {
        table.add({fmt::format("{}", one.id), shop.local(one.received_at), printable(one.table), one.state,
                   refusal_in_words(one.reason)});
    }
    return {.data = {}, .text = table.text(context.style())};
}

Answer run_show(Context& context, const std::string& id) {
    const RejectedChange reject = context.engine().reject(parse_id(id));
    if (context.json()) return {.data = json_of(reject), .text = {}};
    const ShopView shop = context.shop();
    TextFields fields;
    fields.add("reject", fmt::format("{}, {}", reject.id, reject.state));
    fields.add("row", printable(reject.table) + " " + printable(reject.key));
    fields.add("why", refusal_in_words(reject.reason));
    fields.add("code", reject.outcome + ", " + printable(reject.reason));
    fields.add("sent as", reject.part == 0 ? std::string("not sent")
                                           : fmt::format("{} epoch {}, segment {}, part {}, change {}", reject.lane,
                                                         reject.epoch, reject.seq, reject.part, reject.position + 1));
    fields.add("since", shop.local(reject.received_at));
    if (reject.settled_at) fields.add("settled", shop.local(*reject.settled_at));
    std::string text = fields.text(context.style());
    if (!reject.change.empty()) text += "\n" + printable(reject.change) + "\n";
    return {.data = {}, .text = text};
}

Answer run_retry(Context& context, const Chosen& chosen) {
    const RetryReport report = context.engine().retry_rejects(ids_of(chosen));
    if (context.json()) {
        return {
            .data = Json::Object{{"retried", report.retried}, {"dependants", report.dependants}, {"gone", report.gone}},
            .text = {}};
    }
    std::string text =
        fmt::format("{} again with the next sync",
                    report.retried == 1 ? "1 reject goes" : fmt::format("{} rejects go", report.retried));
    if (report.dependants > 0) text += fmt::format(", {} of them for depending on another", report.dependants);
    text += ".\n";
    if (report.gone > 0)
        text += fmt::format("Of {} the row is gone: nothing to send.\n", count_of(report.gone, "reject", "rejects"));
    return {.data = {}, .text = text, .confirmation = true};
}

Answer run_discard(Context& context, const Chosen& chosen) {
    std::vector<std::int64_t> ids = ids_of(chosen);
    if (chosen.all) {
        for (const RejectedChange& one : context.engine().rejects()) ids.push_back(one.id);
    }
    const std::int64_t discarded = ids.empty() ? 0 : context.engine().discard_rejects(ids);
    if (context.json()) return {.data = Json::Object{{"discarded", discarded}}, .text = {}};
    return {.data = {},
            .text = fmt::format("Gave up {}; the record stays: edge-analytics sync rejects list --all\n",
                                count_of(discarded, "reject", "rejects")),
            .confirmation = true};
}

}  // namespace

void add_sync_rejects(Command& sync) {
    Command rejects = sync.add("rejects", "What the hub did not take: list, show, retry, discard");
    rejects.examples({"edge-analytics sync rejects list", "edge-analytics sync rejects retry --all"});

    const auto settled = std::make_shared<bool>(false);
    Command list = rejects.add("list", "List refused changes that wait for a decision");
    list.flag("--all", *settled, "Those that were taken after all, retried or discarded too");
    list.examples({"edge-analytics sync rejects list", "edge-analytics sync rejects list --all --json"});
    list.action([settled](Context& context) { return run_list(context, *settled); });

    const auto id = std::make_shared<std::string>();
    Command show = rejects.add("show", "Show one refused change, with the document that was sent");
    show.argument("REJECT", *id, "Its number").required();
    show.examples({"edge-analytics sync rejects show 1", "edge-analytics sync rejects show 1 --json"});
    show.action([id](Context& context) { return run_show(context, *id); });

    const auto again = std::make_shared<Chosen>();
    Command retry = rejects.add("retry", "Send rows again as they are now, with what depends on them");
    retry.optional_arguments("REJECT", again->ids, "Their numbers");
    retry.flag("--all", again->all, "Every one that is open");
    retry.examples({"edge-analytics sync rejects retry 1", "edge-analytics sync rejects retry --all"});
    retry.action([again](Context& context) { return run_retry(context, *again); });

    const auto given_up = std::make_shared<Chosen>();
    Command discard = rejects.add("discard", "Give refused changes up; the record of them stays");
    discard.optional_arguments("REJECT", given_up->ids, "Their numbers");
    discard.flag("--all", given_up->all, "Every one that is open");
    discard.examples({"edge-analytics sync rejects discard 1", "edge-analytics sync rejects discard --all"});
    discard.action([given_up](Context& context) { return run_discard(context, *given_up); });
}

}  // namespace edge::cli
