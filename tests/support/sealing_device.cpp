#include "support/sealing_device.hpp"

#include "support/shop_fields.hpp"

#include "edge/core/error.hpp"
#include "edge/core/uuid.hpp"

#include <utility>

namespace edge::test {

using protocol::JournalEntry;
using protocol::Op;

std::string wire_key(int n) {
    Uuid::Bytes bytes{};
    for (std::size_t i = 0; i < 4; ++i) bytes.at(15 - i) = static_cast<std::uint8_t>(n >> (8 * i));
    return Uuid(bytes).wire();
}

SealingDevice::SealingDevice(std::string seller, std::string replica, std::int64_t epoch)
    : seller_(std::move(seller)), replica_(std::move(replica)) {
    ops_.epoch = epoch;
    bulk_.epoch = epoch;
}

void SealingDevice::change(JournalEntry entry) {
    if (entry.hlc == 0) entry.hlc = clock++;
    queued_.push_back(std::move(entry));
}

namespace {

JournalEntry created(std::string table, int row, protocol::Fields fields) {
    JournalEntry entry;
    entry.table = std::move(table);
    entry.key = wire_key(row);
    entry.first = Op::create;
    entry.last = Op::create;
    entry.fields = std::move(fields);
    return entry;
}

JournalEntry updated(std::string table, int row, protocol::Fields fields) {
    JournalEntry entry = created(std::move(table), row, std::move(fields));
    entry.first = Op::update;
    entry.last = Op::update;
    return entry;
}

}  // namespace

void SealingDevice::seller_row(int seller) {
    change(created("sellers", seller,
                   {{"name", "Corner Bakery"},
                    {"address_line1", "1 High Street"},
                    {"address_line2", ""},
                    {"city", "Leeds"},
                    {"post_code", "LS1 1AA"},
                    {"region", ""},
                    {"country", "GB"},
                    {"time_zone", "Europe/London"},
                    {"currency", "GBP"},
                    {"holiday_region", "GB-ENG"}}));
}

void SealingDevice::bundle(int bundle, int seller, const std::string& name) {
    change(created("bundles", bundle, bundle_fields(wire_key(seller), name)));
}

void SealingDevice::rename(int bundle, const std::string& name) {
    change(updated("bundles", bundle, {{"name", name}}));
}

void SealingDevice::reservation(int reservation, int bundle, const std::string& code) {
    change(created("reservations", reservation,
                   {{"bundle", wire_key(bundle)},
                    {"consumer", std::monostate{}},
                    {"claim_code", code},
                    {"reserved_at", "2026-11-23T16:02:11Z"},
                    {"collected_at", std::monostate{}},
                    {"cancelled_at", std::monostate{}}}));
}

void SealingDevice::collect(int reservation, const std::string& when) {
    change(updated("reservations", reservation, {{"collected_at", when}}));
}

void SealingDevice::cancel(int reservation, const std::string& when) {
    change(updated("reservations", reservation, {{"cancelled_at", when}}));
}

void SealingDevice::remove(std::string_view table, int row) {
    JournalEntry entry = created(std::string(table), row, {});
    entry.first = Op::remove;
    entry.last = Op::remove;
    change(std::move(entry));
}

void SealingDevice::holiday(int holiday, const std::string& name) {
    change(created("holidays", holiday,
                   {{"region", "GB-ENG"}, {"day", "2026-12-25"}, {"name", name}, {"source", "test"}}));
}

std::vector<protocol::SealedPart> SealingDevice::seal() {
    protocol::SealSettings settings;
    settings.seller = seller_;
    settings.replica = replica_;
    settings.app = "edge-analytics/test";
    settings.seen = seen;
    settings.origins = std::exchange(origins, {});
    settings.ops = ops_;
    settings.bulk = bulk_;
    settings.part_bytes = part_bytes;
    settings.part_changes = part_changes;
    protocol::Sealed sealed = protocol::seal(std::exchange(queued_, {}), settings);
    if (!sealed.unsendable.empty()) throw Error(ErrorCode::internal, "cannot seal: " + sealed.unsendable[0].reason);
    ops_ = sealed.ops;
    bulk_ = sealed.bulk;
    return std::move(sealed.parts);
}

std::vector<std::string> SealingDevice::seal_bytes() {
    std::vector<std::string> bytes;
    for (protocol::SealedPart& part : seal()) bytes.push_back(std::move(part.bytes));
    return bytes;
}

protocol::SyncHeader SealingDevice::header() const {
    return {.seller = seller_, .replica = replica_, .seen = seen, .extra = {}};
}

std::string SealingDevice::request(const std::vector<std::string>& parts) const {
    return protocol::encode_request(header(), parts);
}

}  // namespace edge::test
