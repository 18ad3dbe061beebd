#include "ack.hpp"
#include "object_reader.hpp"

#include "edge/protocol/bundle_file.hpp"

namespace edge::protocol {

std::string encode(const Receipt& receipt) {
    std::string out = R"({"v":1,"type":"receipt","seller":)";
    write_text(out, receipt.seller);
    out += R"(,"replica":)";
    write_text(out, receipt.replica);
    out += R"(,"file":)";
    write_text(out, receipt.file);
    out += R"(,"created_at":)";
    write_text(out, receipt.created_at);
    out += R"(,"ack":)";
    write_ack(out, receipt.ack);
    write_members(out, receipt.extra);
    return out += '}';
}

Decoded<Receipt> decode_receipt(std::string_view json, const Limits& limits) {
    const Decoded<JsonDocument> document = JsonDocument::parse(json, {limits.answer_bytes, limits.depth});
    if (!document) return document.problem();
    ObjectReader reader(document->root(), "receipt");
    Receipt receipt;
    reader.expect_version();
    reader.expect("type", "receipt");
    receipt.seller = reader.text("seller");
    receipt.replica = reader.text("replica");
    receipt.file = reader.text("file");
    receipt.created_at = reader.text("created_at");
    const std::optional<JsonValue> ack_value = reader.object_if_any("ack");
    if (!ack_value) reader.fail("ack", "is missing");
    if (!reader.ok()) return reader.problem();
    Decoded<Ack> ack = read_ack(*ack_value, limits);
    if (!ack) return ack.problem();
    receipt.ack = *std::move(ack);
    receipt.extra = reader.rest();
    return receipt;
}

}  // namespace edge::protocol
