#pragma once

#include "simulation/disk.hpp"
#include "simulation/rows.hpp"

#include "edge/engine_types.hpp"
#include "edge/hub/intake.hpp"
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
    HubNode(const std::string& path, Durable durable, std::size_t page_bytes = hub::full_pull_bytes);

    /// From now on it keeps this promise and cuts pages of this size, as if it had been made with them.
    void begin(Durable durable, std::size_t page_bytes);

    [[nodiscard]] hub::HubStore& store() { return *store_; }
    /// What its server would answer; nothing if it died over the request, and is back.
    [[nodiscard]] std::optional<HubAnswer> take(std::string_view body, const Fault& fault, std::uint64_t dice);
    /// The same for a request about rows to be repaired.
    [[nodiscard]] std::optional<HubAnswer> repair(std::string_view body, const Fault& fault, std::uint64_t dice);
    /// Takes a file of segments. Returns why not, or nothing.
    [[nodiscard]] std::string import(const std::string& file, const Fault& fault, std::uint64_t dice);
    /// Writes rows in the hub's own name. False if that failed; it may be found done later even so.
    [[nodiscard]] bool write_own(const std::string& seller, const Effects& effects, const Fault& fault,
                                 std::uint64_t dice);
    void restart();

    void back_up(std::size_t mark);
    /// Puts it back to one of the backups that may be needed by its own promise of what is durable.
    /// Returns how much of the history it knows, or nothing if it was not restored.
    [[nodiscard]] std::optional<std::size_t> restore(std::uint64_t dice);

    [[nodiscard]] Rows rows(const std::string& seller);
    [[nodiscard]] std::int64_t head(const std::string& seller);
    /// Throws Violation I12 unless the digest that it keeps is that of its rows.
    void check_digest(const std::string& seller);

    Timestamp now{};

private:
    template <class Ask>
    [[nodiscard]] std::optional<HubAnswer> answer(const Fault& fault, std::uint64_t dice, const Ask& ask);
    void open();
    void die(bool power, std::uint64_t dice);
    void finish(const Fault& fault, std::uint64_t dice, bool& died);

    struct Backup {
        Timestamp at;
        Image image;
        std::size_t mark;  ///< of the history
    };

    Disk disk_;
    hub::IntakeOptions options_;
    Durable durable_;
    std::vector<Backup> backups_;
    std::unique_ptr<hub::HubStore> store_;
};

}  // namespace edge::simulation
