#include "edge/hub/intake.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>

namespace edge::hub {

std::vector<std::string> dump(HubStore& store, std::string_view seller) {
    std::vector<std::string> lines;
    store.read(seller)->each_row([&](const StoredRow& stored) {
        if (stored.row.deleted) return;
        protocol::Fields fields = stored.row.fields;
        std::sort(fields.begin(), fields.end(),
                  [](const protocol::Field& a, const protocol::Field& b) { return a.name < b.name; });
        const protocol::TableDescriptor* table = protocol::find_table(stored.at.table);
        std::string line = table == nullptr ? std::to_string(stored.at.table) : std::string(table->name);
        line.append(" ").append(stored.at.key).append(" ").append(protocol::encode_fields(fields));
        lines.push_back(std::move(line));
    });
    return lines;
}

}  // namespace edge::hub
