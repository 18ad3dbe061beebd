#include "commands/commands.hpp"
#include "commands/hub_store.hpp"
#include "output/new_file.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include "edge/hub/intake.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct ImportArguments {
    std::string file;
    std::optional<std::string> receipt;
    StoreArguments store;
};

Answer run_import(Context& context, const ImportArguments& arguments) {
    const std::unique_ptr<hub::HubStore> store = open_or_create_hub(context, arguments.store);
    const std::string path = arguments.receipt.value_or(arguments.file + ".receipt");
    NewFile file(path, true);  // a receipt of the same file, from an earlier time
    const protocol::Receipt receipt = hub::import_bundle_file(*store, arguments.file, context.now());
    file.stream() << protocol::encode(receipt) << "\n";
    file.finish();
    if (context.json()) {
        return {.data = Json::Object{{"seller", receipt.seller},
                                     {"replica", receipt.replica},
                                     {"file_sha256", receipt.file},
                                     {"receipt_path", path}},
                .text = {}};
    }
    return {.data = {},
            .text = fmt::format("Took {} of device {}.\nThe receipt for the device is {}\n", printable(arguments.file),
                                receipt.replica, printable(path)),
            .confirmation = true};
}

Answer run_status(Context& context, const StoreArguments& arguments) {
    const std::unique_ptr<hub::HubStore> store = open_hub(context, arguments);
    const hub::HubStatus status = store->status();
    if (context.json()) {
        return {.data = Json::Object{{"path", store_name(context, arguments)},
                                     {"epoch", status.settings.epoch},
                                     {"durable_rule", name_of(status.settings.durable.rule)},
                                     {"sellers", status.sellers},
                                     {"replicas", status.replicas},
                                     {"rows", status.rows},
                                     {"tombstones", status.tombstones},
                                     {"applied_segments", status.applied_segments},
                                     {"staged_parts", status.staged_parts},
                                     {"dead_letters", status.dead_letters},
                                     {"last_applied_at", json_instant(status.last_applied_at)}},
                .text = {}};
    }
    TextFields fields;
    fields.add("store", printable(store_name(context, arguments)));
    fields.add("sellers", fmt::format("{}, {}", status.sellers, count_of(status.replicas, "device", "devices")));
    fields.add("rows", fmt::format("{}, {} deleted", status.rows, status.tombstones));
    fields.add("segments", fmt::format("{} applied, {} waiting for the rest", status.applied_segments,
                                       count_of(status.staged_parts, "part", "parts")));
    fields.add("not taken", count_of(status.dead_letters, "change", "changes"));
    fields.add("durable", std::string(name_of(status.settings.durable.rule)));
    fields.add("last segment", status.last_applied_at ? format_timestamp(*status.last_applied_at) : "never");
    return {.data = {}, .text = fields.text(context.style())};
}

}  // namespace

void add_hub(Command& parent) {
    Command hub = parent.add("hub", "The central server: init, serve, import, status, deadletter");
    hub.examples({"edge-analytics hub serve --listen 127.0.0.1:8765", "edge-analytics hub status"});

    add_hub_init(hub);
    add_hub_serve(hub);

    const auto arguments = std::make_shared<ImportArguments>();
    Command import = hub.add("import", "Take in a file that sync export wrote");
    import.argument("FILE", arguments->file, "The file").required();
    import.option("--receipt", "FILE", arguments->receipt,
                  "Where the receipt for the device goes; FILE.receipt if not given");
    add_store_options(import, arguments->store);
    import.examples(
        {"edge-analytics hub import segments.eab", "edge-analytics hub import segments.eab --receipt receipt.json"});
    import.action([arguments](Context& context) { return run_import(context, *arguments);
});

const auto store = std::make_shared<StoreArguments>();
Command status = hub.add("status", "Show what the hub holds");
add_store_options(status, *store);
status.examples({"edge-analytics hub status", "edge-analytics hub status --json"});
status.action([store](Context& context) { return run_status(context, *store); });

add_hub_deadletter(hub);
}  // namespace edge::cli

}  // namespace edge::cli
