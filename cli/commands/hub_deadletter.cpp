#include "commands/commands.hpp"
#include "commands/hub_store.hpp"
#include "output/refusals.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include "edge/hub/dead_letters.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    StoreArguments store;
    std::string of_seller;  ///< the wire id, unlike --seller, which names a row of a shop's file
    std::int64_t limit = 1000;
    bool all = false;
    std::string id;
    std::vector<std::string> ids;
};

hub::LetterId parse_id(const std::string& text) {
    const std::optional<hub::LetterId> id = hub::parse_letter_id(text);
    if (id) return *id;
    throw usage_error(fmt::format("cannot use '{}': it names no dead letter", printable(text)),
                      "edge-analytics hub deadletter list shows their names");
}

std::vector<hub::LetterId> ids_of(hub::HubStore& store, const Arguments& arguments) {
    if (arguments.all != arguments.ids.empty())
        throw usage_error("cannot tell which dead letters are meant", "give their names, or --all");
    if (arguments.all) return hub::open_dead_letters(store, arguments.of_seller);
    std::vector<hub::LetterId> ids;
    for (const std::string& text : arguments.ids) ids.push_back(parse_id(text));
    return ids;
}

Json json_of(const hub::SellerDeadLetter& one) {
    const hub::DeadLetter& letter = one.letter;
    return Json::Object{{"id", hub::format_letter_id({.seller = one.seller, .change = letter.id})},
                        {"state", protocol::name_of(letter.state)},
                        {"table", letter.table},
                        {"key", letter.key},
                        {"outcome", protocol::name_of(letter.outcome)},
                        {"reason", letter.reason},
                        {"detail", letter.detail},
                        {"at", json_instant(letter.at)},
                        {"settled_at", json_instant(letter.settled_at)},
                        {"change", Json::Raw{letter.change}}};
}

Json json_of(const std::vector<hub::SellerDeadLetter>& letters) {
    return json_array(letters, [](const hub::SellerDeadLetter& one) { return json_of(one); });
}

std::string table_of(const std::vector<hub::SellerDeadLetter>& letters, const Style& style) {
    TextTable table({{"Dead letter", Align::left, 100}, {"Since"}, {"Row"}, {"State"}, {"Why", Align::left, 90}});
    for (const hub::SellerDeadLetter& one : letters) {
        table.add({printable(hub::format_letter_id({.seller = one.seller, .change = one.letter.id})),
                   format_timestamp(one.letter.at), printable(one.letter.table),
                   std::string(protocol::name_of(one.letter.state)), refusal_in_words(one.letter.reason)});
    }
    return table.text(style);
}

Answer run_list(Context& context, const Arguments& arguments) {
    if (arguments.limit < 1) throw usage_error("cannot use --limit: it is not above 0");
    const std::unique_ptr<hub::HubStore> store = open_hub(context, arguments.store);
    const std::vector<hub::SellerDeadLetter> letters =
        store->dead_letters({.seller = arguments.of_seller,
                             .after = {},
                             .at_most = static_cast<std::size_t>(arguments.limit),
                             .settled = arguments.all});
    if (context.json()) return {.data = Json::Object{{"dead_letters", json_of(letters)}}, .text = {}};
    if (letters.empty()) return {.data = {}, .text = "Every change was taken.\n"};
    return {.data = {}, .text = table_of(letters, context.style())};
}

Answer run_show(Context& context, const Arguments& arguments) {
    const hub::LetterId id = parse_id(arguments.id);
    const std::unique_ptr<hub::HubStore> store = open_hub(context, arguments.store);
    const std::optional<hub::SellerDeadLetter> found = hub::find_dead_letter(*store, id);
    if (!found) {
        throw Error(ErrorCode::not_found,
                    fmt::format("cannot show dead letter {}: there is none", printable(arguments.id)),
                    {{"letter", arguments.id}}, "edge-analytics hub deadletter list --all");
    }
    if (context.json()) return {.data = json_of(*found), .text = {}};
    const hub::DeadLetter& letter = found->letter;
    TextFields fields;
    fields.add("dead letter", printable(arguments.id));
    fields.add("state", std::string(protocol::name_of(letter.state)));
    fields.add("row", printable(letter.table) + " " + printable(letter.key));
    fields.add("why", refusal_in_words(letter.reason));
    fields.add("code", fmt::format("{}, {} {}", protocol::name_of(letter.outcome), printable(letter.reason),
                                   printable(letter.detail)));
    fields.add("since", format_timestamp(letter.at));
    if (letter.settled_at) fields.add("settled", format_timestamp(*letter.settled_at));
    return {.data = {}, .text = fields.text(context.style()) + "\n" + printable(letter.change) + "\n"};
}

Answer answer_of(Context& context, const hub::LetterReport& report, std::string_view done) {
    const ExitStatus status = report.refused.empty() ? ExitStatus::done : ExitStatus::partly_done;
    if (context.json()) {
        return {.data = Json::Object{{"settled", report.settled}, {"refused", json_of(report.refused)}},
                .text = {},
                .status = status};
    }
    std::string text = fmt::format("{} {}.\n", done, count_of(report.settled, "dead letter", "dead letters"));
    if (!report.refused.empty()) text += "These still cannot be taken:\n" + table_of(report.refused, context.style());
    return {.data = {}, .text = text, .confirmation = report.refused.empty(), .status = status};
}

Answer run_retry(Context& context, const Arguments& arguments) {
    const std::unique_ptr<hub::HubStore> store = open_hub(context, arguments.store);
    return answer_of(context, hub::retry_dead_letters(*store, ids_of(*store, arguments), context.now()), "Took");
}

Answer run_discard(Context& context, const Arguments& arguments) {
    const std::unique_ptr<hub::HubStore> store = open_hub(context, arguments.store);
    return answer_of(context, hub::discard_dead_letters(*store, ids_of(*store, arguments), context.now()), "Gave up");
}

void add_settling(Command& group, const std::string& name, const std::string& purpose,
                  Answer (*run)(Context&, const Arguments&)) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = group.add(name, purpose);
    command.optional_arguments("LETTER", arguments->ids, "Their names, as list shows them");
    command.flag("--all", arguments->all, "Every one that is open");
    command.option("--of", "SELLER", arguments->of_seller, "With --all: of this seller alone, by its id on the wire");
    add_store_options(command, arguments->store);
    command.examples({"edge-analytics hub deadletter " + name + " --all",
                      "edge-analytics hub deadletter " + name + " --all --json"});
    command.action([arguments, run](Context& context) { return run(context, *arguments); });
}

}  // namespace

void add_hub_deadletter(Command& hub) {
    Command group = hub.add("deadletter", "Changes that could not be taken: list, show, retry, discard");
    group.examples({"edge-analytics hub deadletter list", "edge-analytics hub deadletter retry --all"});

    const auto listed = std::make_shared<Arguments>();
    Command list = group.add("list", "List changes that could not be taken");
    list.option("--of", "SELLER", listed->of_seller, "Of this seller alone, by its id on the wire");
    list.option("--limit", "N", listed->limit, "At most so many; 1000 if not given");
    list.flag("--all", listed->all, "Those that are settled too");
    add_store_options(list, listed->store);
    list.examples({"edge-analytics hub deadletter list", "edge-analytics hub deadletter list --all --json"});
    list.action([listed](Context& context) { return run_list(context, *listed); });

    const auto shown = std::make_shared<Arguments>();
    Command show = group.add("show", "Show one, with the document that the device sent");
    show.argument("LETTER", shown->id, "Its name, as list shows it").required();
    add_store_options(show, shown->store);
    const std::string first = "$(edge-analytics hub deadletter list --json | grep -o '[^\"]*/ops/[^\"]*' | head -n 1)";
    show.examples(
        {"edge-analytics hub deadletter show " + first, "edge-analytics hub deadletter show " + first + " --json"});
    show.action([shown](Context& context) { return run_show(context, *shown); });

    add_settling(group, "retry", "Apply changes once more, as the hub is now", run_retry);
    add_settling(group, "discard", "Give changes up; the record of them stays", run_discard);
}

}  // namespace edge::cli
