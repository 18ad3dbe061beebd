#include "json.hpp"
#include "object_reader.hpp"
#include "positions.hpp"

#include "edge/protocol/device_session.hpp"

namespace edge::protocol {
namespace {

constexpr std::int64_t largest = largest_json_integer;

void write_number(std::string& out, std::string_view name, std::int64_t value) {
    out += ',';
    write_text(out, name);
    out += ':';
    write_integer(out, value);
}

void write_mark(std::string& out, std::string_view name, const LaneMark& mark) {
    out.append(R"(,")").append(name).append(R"(":{"epoch":)");
    write_integer(out, mark.epoch);
    write_number(out, "applied", mark.applied);
    write_number(out, "durable", mark.durable);
    if (mark.staged > 0) write_number(out, "staged", mark.staged);
    if (mark.heard > 0) write_number(out, "heard", mark.heard);
    out += mark.held ? R"(,"held":true})" : R"(,"held":false})";
}

LaneMark read_mark(ObjectReader& memory, std::string_view name) {
    LaneMark mark;
    const std::optional<JsonValue> value = memory.object_if_any(name);
    if (!value) return mark;
    ObjectReader reader(*value, name);
    mark.epoch = reader.integer("epoch", 1, largest);
    mark.applied = reader.integer("applied", 0, largest);
    mark.durable = reader.integer("durable", 0, largest);
    mark.held = reader.boolean("held");
    mark.staged = static_cast<int>(reader.integer_or("staged", 0, most_parts, 0));
    mark.heard = static_cast<int>(reader.integer_or("heard", 0, most_parts, 0));
    if (!reader.ok()) memory.fail(name, "cannot be read");
    return mark;
}

DeviceMemory read_memory(ObjectReader& reader) {
    DeviceMemory memory;
    memory.hub_epoch = reader.text_or("hub_epoch", "");
    memory.ops = read_mark(reader, "ops");
    memory.bulk = read_mark(reader, "bulk");
    memory.failures = static_cast<int>(reader.integer_or("failures", 0, 1'000'000, 0));
    memory.not_before_ms = reader.integer_or("not_before_ms", -largest, largest, 0);
    memory.waiting_for = reader.text_or("waiting_for", "");
    memory.next_after_s = reader.integer_or("next_after_s", 0, largest, 0);
    memory.request_parts = static_cast<std::size_t>(reader.integer_or("request_parts", 0, largest, 0));
    memory.page_bytes = reader.integer_or("page_bytes", 0, largest, 0);
    memory.last_resend_ms = reader.integer_or("last_resend_ms", -largest, largest, never_ms);
    memory.last_new_epoch_ms = reader.integer_or("last_new_epoch_ms", -largest, largest, never_ms);
    memory.last_refill_ms = reader.integer_or("last_refill_ms", -largest, largest, never_ms);
    memory.recoveries = reader.integer_or("recoveries", 0, largest, 0);
    return memory;
}

}  // namespace

std::string encode(const DeviceMemory& memory) {
    std::string out = R"({"hub_epoch":)";
    write_text(out, memory.hub_epoch);
    write_mark(out, "ops", memory.ops);
    write_mark(out, "bulk", memory.bulk);
    write_number(out, "failures", memory.failures);
    write_number(out, "not_before_ms", memory.not_before_ms);
    out += R"(,"waiting_for":)";
    write_text(out, memory.waiting_for);
    write_number(out, "next_after_s", memory.next_after_s);
    write_number(out, "request_parts", static_cast<std::int64_t>(memory.request_parts));
    if (memory.page_bytes > 0) write_number(out, "page_bytes", memory.page_bytes);
    write_number(out, "last_resend_ms", memory.last_resend_ms);
    write_number(out, "last_new_epoch_ms", memory.last_new_epoch_ms);
    write_number(out, "last_refill_ms", memory.last_refill_ms);
    write_number(out, "recoveries", memory.recoveries);
    return out += '}';
}

DeviceMemory decode_device_memory(std::string_view json) {
    const Limits limits;
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.row_bytes, limits.depth});
    if (!document) return {};
    ObjectReader reader(document->root(), "device memory");
    DeviceMemory memory = read_memory(reader);
    return reader.ok() ? memory : DeviceMemory{};
}

}  // namespace edge::protocol
