#include "edge/hub/digest.hpp"

namespace edge::hub {

protocol::RowDigest digest_of(HubStore& store, std::string_view seller, std::string_view replica) {
    protocol::RowDigest digest;
    store.read(seller)->each_row([&](const StoredRow& stored) {
        if (stored.row.deleted) return;
        const protocol::TableDescriptor* table = protocol::find_table(stored.at.table);
        if (table == nullptr) return;
        if (!replica.empty() && !protocol::is_shared(*table) && stored.row.writer != replica) return;
        digest.add(*table, stored.at.key, stored.row.fields);
    });
    return digest;
}

}  // namespace edge::hub
