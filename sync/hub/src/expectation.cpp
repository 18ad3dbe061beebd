#include "expectation.hpp"

#include "edge/protocol/tables.hpp"

namespace edge::hub {
namespace {

const std::string* text_of(const protocol::Change& change, std::string_view column) {
    const protocol::FieldValue* value = protocol::find_field(change.fields, column);
    return value == nullptr ? nullptr : protocol::as_text(*value);
}

}  // namespace

void expect_segment(const protocol::Segment& segment, Expectation& expectation) {
    for (const protocol::Change& change : segment.changes) {
        const protocol::TableDescriptor* table = protocol::find_table(change.table);
        if (table == nullptr || !change.fault.empty()) continue;
        expectation.rows.insert({.table = table->number, .key = change.key});
        if (protocol::find_column(*table, "closed_at") != nullptr) expectation.written_bundles.insert(change.key);
        protocol::each_parent(*table, change, [&](const protocol::ParentReference& parent) {
            const protocol::TableDescriptor* of = protocol::find_table(parent.table);
            if (of->lane == table->lane) expectation.rows.insert({.table = of->number, .key = std::string(parent.key)});
        });
        const std::string* bundle = text_of(change, "bundle");
        const std::string* code = text_of(change, "claim_code");
        if (bundle != nullptr && code != nullptr) expectation.claims.insert({.parent = *bundle, .code = *code});
    }
}

}  // namespace edge::hub
