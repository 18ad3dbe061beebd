#include "support/many_devices.hpp"

#include "edge/core/error.hpp"

namespace edge::test {

ManyDevices::ManyDevices(std::uint64_t seed) : random_(seed), hub_(folder_.file("hub.db")) {
    constexpr int devices = 3;
    for (int i = 0; i < devices; ++i) devices_.push_back(std::make_unique<Device>(hub_));
    devices_.front()->engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
}

void ManyDevices::step() {
    hub_.now += std::chrono::minutes(below(20));
    Device& device = *devices_[static_cast<std::size_t>(below(3))];
    try {
        act(device, below(13));
    } catch (const Error& error) {
        // A till may ask for what is refused; nothing has happened then.
        if (error.code() == ErrorCode::internal || error.code() == ErrorCode::corrupt_data) complain(error.what());
    }
}

void ManyDevices::drain() {
    for (int round = 0; round < 5; ++round) {
        for (const auto& device : devices_) {
            hub_.now += std::chrono::hours(2);
            sync(*device, true);
        }
    }
}

std::string ManyDevices::violation() {
    hub_.network = nullptr;
    for (const auto& device : devices_) {
        const SyncReport report = device->sync();
        if (report.pending_changes != 0) complain("something is left to send: " + report.reason);
        if (report.rows_received != 0) complain("something came after all was equal");
        if (report.diverged) complain("a device knows the hub's rows otherwise than they are");
        if (!device->select("SELECT 1 FROM sync_repairs").empty()) complain("rows had to be repaired");
        complain(first_difference(device->rows(), device->rows_at_hub()));
    }
    return violation_;
}

void ManyDevices::complain(const std::string& what) {
    if (violation_.empty()) violation_ = what;
}

std::int64_t ManyDevices::below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
}

std::string ManyDevices::one_of(Device& device, const std::string& table, const std::string& column) {
    const std::vector<std::string> all = device.select("SELECT " + column + " FROM " + table + " ORDER BY uuid");
    return all.empty() ? "0" : all[static_cast<std::size_t>(below(static_cast<std::int64_t>(all.size())))];
}

BundleId ManyDevices::one_bundle(Device& device) {
    return BundleId(std::stoll(one_of(device, "bundles", "bundle_id")));
}

void ManyDevices::act(Device& device, std::int64_t what) {
    switch (what) {
        case 0: device.post("Bag " + std::to_string(below(100))); break;
        case 1:
        case 2: device.reserve(one_bundle(device)); break;
        case 3: device.engine->collect(one_of(device, "reservations", "claim_code")); break;
        case 4: device.engine->cancel(one_of(device, "reservations", "claim_code")); break;
        case 5:
            device.engine->edit_bundle(one_bundle(device),
                                       {.name = "Edited " + std::to_string(below(5)), .price = Money{below(900)}});
            break;
        case 6: device.engine->close_bundle(one_bundle(device)); break;
        case 7:
        case 8: act_by_hand(device, what); break;
        case 9: device.engine->refresh(device.engine->home_seller()); break;
        default: sync(device, false); break;
    }
}

void ManyDevices::act_by_hand(Device& device, std::int64_t what) {
    if (what == 7) return device.sql("DELETE FROM bundles WHERE bundle_id = " + one_of(device, "bundles", "bundle_id"));
    const std::string made = std::to_string(below(4));
    device.sql("INSERT OR IGNORE INTO holidays (region, day, name) VALUES ('XX', " + made +
               ", 'Feast'); DELETE FROM holidays WHERE day = " + std::to_string(below(4)));
}

void ManyDevices::sync(Device& device, bool in_peace) {
    std::string written;  ///< the key of a bundle that is sold at another price while the request is under way
    const std::string price = std::to_string(1000 + prices_++);
    hub_.network = [&](const HubRequest& request) {
        const std::int64_t dice = in_peace ? 4 : below(5);
        if (dice == 0) return no_answer();
        HubAnswer answer = hub_.deliver(request);
        if (dice >= 2 && !in_peace && written.empty()) {
            written = one_of(device, "bundles", "hex(uuid)");
            device.sql("UPDATE bundles SET price_minor = " + price + " WHERE hex(uuid) = '" + written + "'");
        }
        return dice == 1 ? no_answer("broken: reset") : answer;
    };
    const SyncReport report = device.sync();
    for (const std::string& now :
         device.select("SELECT price_minor FROM bundles WHERE hex(uuid) = '" + written + "'")) {
        if (now != price) complain("a sync took back what was written while it was under way");
    }
    if (report.diverged) complain("a sync left rows that are not as the hub has them");
    // A pull makes nothing to send, but for what two devices made where one can be: never sales.
    for (const auto& [table, rows] : device.engine->diff(DiffFormat::merge_patch).rows_by_table) {
        const bool is_sale = table == "bundles" || table == "reservations";
        if (report.reason.empty() && written.empty() && is_sale && rows > 0)
            complain("a sync left sales to send that it brought itself");
    }
}

}  // namespace edge::test
