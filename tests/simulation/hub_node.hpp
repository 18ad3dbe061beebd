#pragma once

#include "simulation/disk.hpp"
#include "simulation/rows.hpp"

#include "edge/engine_types.hpp"
#include "edge/hub/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// A hub: the real store and intake on a disk of its own, reached by function calls.
class HubNode {
public:
    HubNode(const std::string& path, Durable durable);

    [[nodiscard]] hub::HubStore& store() { return *store_; }
    /// What its server would answer; nothing if it died over the request, and is back.
    [[nodiscard]] std::optional<HubAnswer> take(std::string_view body, const Fault& fault, std::uint64_t dice);
    /// Takes a file of segments. Returns why not, or nothing.
    [[nodiscard]] std::string import(const std::string& file, const Fault& fault, std::uint64_t dice);
    void restart();

    void back_up();
    /// Puts it back to one of the backups that may be needed by its own promise of what is durable.
    void restore(std::uint64_t dice);

    [[nodiscard]] Rows rows(const std::string& seller);
    [[nodiscard]] std::int64_t head(const std::string& seller);
    /// Throws Violation I12 unless the digest that it keeps is that of its rows.
    void check_digest(const std::string& seller);

    Timestamp now{};

private:
    void open();
    void die(bool power, std::uint64_t dice);
    void finish(const Fault& fault, std::uint64_t dice, bool& died);

    struct Backup {
        Timestamp at;
        std::string bytes;
    };

    Disk disk_;
    Durable durable_;
    std::vector<Backup> backups_;
    std::unique_ptr<hub::HubStore> store_;
};

}  // namespace edge::simulation
