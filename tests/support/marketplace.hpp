#pragma once

#include "support/postgres_database.hpp"
#include "support/sealing_device.hpp"

#include "edge/hub/postgres_store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace edge::test {

/// A marketplace in a database of its own, and what its web application does there, in plain SQL.
class Marketplace {
public:
    explicit Marketplace(hub::MarketplaceUse use = hub::MarketplaceUse::fill);

    [[nodiscard]] std::string target() const { return database_.target(); }
    [[nodiscard]] std::unique_ptr<hub::HubStore> open() const;
    /// Rows, a text each, their columns joined by a bar.
    [[nodiscard]] std::vector<std::string> select(const std::string& sql) const;
    void run(const std::string& sql) const { database_.run(sql); }
    /// The one number that the statement gives.
    [[nodiscard]] std::int64_t number(const std::string& sql) const;

    std::int64_t add_seller(const std::string& name = "Corner Bakery") const;
    std::int64_t add_consumer(const std::string& name) const;
    std::int64_t add_category(const std::string& name, const std::string& coefficient = "0.9") const;
    std::int64_t add_bundle(std::int64_t seller, const std::string& name) const;
    std::int64_t reserve(std::int64_t bundle, std::int64_t consumer, const std::string& code) const;

private:
    LaidDatabase database_;
};

/// A device that is enrolled for a seller of the marketplace. Its rows are named by small numbers, see wire_key.
class EnrolledDevice : public SealingDevice {
public:
    explicit EnrolledDevice(std::int64_t seller, std::string replica = "replica-a");

    [[nodiscard]] const std::string& seller() const noexcept { return seller_; }

    void shop(const std::string& name = "Corner Bakery");
    void category(int category, const std::string& name, const std::string& coefficient = "0.900000000");
    void offer(int bundle, const std::string& name = "Evening bag", std::vector<std::string> categories = {});
    void edit(std::string_view table, int row, protocol::Fields fields);
    void input(int input, int bundle, int category, std::int64_t reservations,
               const std::string& temperature = "11.50");
    void output(int output, int bundle, std::int64_t sales, const std::string& generated = "2026-11-23T09:30:00Z");
    void graph(int graph, int type);
    void series(int series, int graph, const std::string& name, std::int64_t sort_index);
    void point(int series, int sort_index, const std::string& x, const std::string& y);

private:
    void create(std::string_view table, std::string key, protocol::Fields fields);

    std::string seller_;
};

}  // namespace edge::test
