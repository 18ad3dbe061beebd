// make_hub FILE|postgresql://… ROWS: a new hub with one shop of that many rows, taken in as its device would send them,
// to fill new devices from. Prints the shop's identity.

#include "support/sealing_device.hpp"
#include "support/shop_fields.hpp"

#include "edge/core/uuid.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/postgres_store.hpp"
#include "edge/hub/sqlite_store.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <stdexcept>
#include <string_view>

namespace {

using edge::protocol::Fields;
using edge::protocol::Op;

constexpr std::int64_t reservations_a_bundle = 25;

std::unique_ptr<edge::hub::HubStore> new_hub(const std::string& target) {
    if (!target.starts_with("postgresql:")) return edge::hub::create_sqlite_store(target, {});
    edge::hub::init_postgres_store(target);
    return edge::hub::open_postgres_store(target);
}

class ShopMaker {
public:
    explicit ShopMaker(const std::string& target)
        : hub_(new_hub(target)), seller_(new_key()), device_(seller_, new_key()) {}

    void fill(std::int64_t rows) {
        add("sellers", seller_, edge::test::seller_fields("Corner Bakery"));
        category_ = add("category", new_key(), {{"name", "Bread"}, {"coefficient", "1.900000000"}});
        for (std::int64_t row = 2; row < rows; ++row) {
            if (row % (reservations_a_bundle + 1) == 2) {
                add_bundle();
            } else {
                add_reservation();
            }
        }
        send();
    }
    [[nodiscard]] const std::string& seller() const noexcept { return seller_; }

private:
    std::string new_key() {
        std::array<std::uint8_t, 10> random{};
        for (std::uint8_t& byte : random) byte = static_cast<std::uint8_t>(random_());
        now_ += std::chrono::seconds(47);
        return edge::Uuid::make_v7(now_, random).wire();
    }
    [[nodiscard]] std::string moment(std::chrono::minutes later) const { return edge::format_timestamp(now_ + later); }

    void add_bundle() {
        bundle_ = add("bundles", new_key(),
                      {{"seller", seller_},
                       {"name", "Evening bakery bag"},
                       {"description", "What is left of the day"},
                       {"categories", std::vector<std::string>{category_}},
                       {"total_qty", reservations_a_bundle},
                       {"weight_grams", std::int64_t{800}},
                       {"carbon_dioxide", std::int64_t{1520}},
                       {"price_minor", std::int64_t{399}},
                       {"discount_percentage", std::int64_t{50}},
                       {"window_start", moment(std::chrono::minutes(500))},
                       {"window_end", moment(std::chrono::minutes(620))},
                       {"created_at", moment({})},
                       {"closed_at", std::monostate{}}});
    }
    void add_reservation() {
        constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        std::string code;
        for (int i = 0; i < 6; ++i) code += letters[random_() % letters.size()];
        const bool came = random_() % 8 != 0;
        add("reservations", new_key(),
            {{"bundle", bundle_},
             {"consumer", std::to_string(random_() % 5000)},
             {"claim_code", code},
             {"reserved_at", moment({})},
             {"collected_at",
              came ? edge::protocol::FieldValue(moment(std::chrono::minutes(510))) : edge::protocol::FieldValue()},
             {"cancelled_at", std::monostate{}}});
    }
    std::string add(std::string_view table, std::string key, Fields fields) {
        device_.change({.table = std::string(table),
                        .key = key,
                        .first = Op::create,
                        .last = Op::create,
                        .base = {},
                        .hlc = 0,
                        .fields = std::move(fields)});
        constexpr int rows_at_once = 5000;
        if (++queued_ == rows_at_once) send();
        return key;
    }
    void send() {
        queued_ = 0;
        for (const std::string& part : device_.seal_bytes()) {
            const auto taken =
                edge::hub::take_parts(*hub_, device_.header(), {part}, now_, {.limits = {}, .pull_bytes = 0});
            if (!taken || !taken->ack.outcomes.empty()) throw std::runtime_error("the hub does not take the shop");
        }
    }

    std::unique_ptr<edge::hub::HubStore> hub_;
    std::mt19937_64 random_{7};  // NOLINT(cert-msc51-cpp): the same shop each time
    edge::Timestamp now_ = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);
    std::string seller_;
    edge::test::SealingDevice device_;
    std::string category_;
    std::string bundle_;
    int queued_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 3) {
        std::fputs("usage: make_hub FILE|postgresql://... ROWS\n", stderr);
        return 2;
    }
    ShopMaker shop(argv[1]);
    shop.fill(std::strtoll(argv[2], nullptr, 10));
    std::printf("%s\n", shop.seller().c_str());
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
