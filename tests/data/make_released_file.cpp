#include "edge/storage/connection.hpp"

#include <exception>
#include <filesystem>
#include <iostream>

namespace {

constexpr const char* rows = R"sql(
INSERT INTO sellers (user_id, seller_name, time_zone, holiday_region) VALUES (1, 'Corner Bakery', 'Europe/London', 'GB-ENG');
INSERT INTO category (category_id, category_name, category_coefficient) VALUES (1, 'Bread', '2.500000000');
INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, weight_grams, price_minor, window_start, window_end, created_at)
VALUES (1, 1, 'Evening bag', 3, 500, 399, 1795450800000000, 1795454400000000, 1795400000000000);
INSERT INTO bundle_category VALUES (1, 1);
INSERT INTO reservations (bundle_id, claim_code, reserved_at, collected_at, cancelled_at) VALUES
    (1, 'K7M2QX', 1795410000000000, 1795451000000000, NULL),
    (1, 'ZZ22AA', 1795410000000001, NULL, NULL),
    (1, 'B3C4D5', 1795410000000002, NULL, 1795420000000000);
INSERT INTO forecast_input (bundle_id, seller_id, category_id, day_of_week, window_start, window_end, is_holiday,
    observed_reservations, observed_no_shows, posted_qty)
VALUES (1, 1, 1, 'Monday', 1795450800000000, 1795454400000000, 0, 2, 1, 3);
INSERT INTO closed_windows VALUES (1, 'engine');
INSERT INTO forecast_outcomes (bundle_id, seller_id, day, window_start, method, predicted_reservations, mean, low, high,
    predicted_no_show_prob, confidence, observed_reservations, observed_no_shows)
VALUES (1, 1, 20780, 1795450800000000, 'pooled', 2, '2.3000', 0, 3, '0.1200', '0.6000', 2, 1);
)sql";

/// A small file as this version makes it, to be kept in tests/data for the versions to come.
void make_released_file(const std::string& path) {
    std::filesystem::remove(path);
    edge::storage::Connection db = edge::storage::Connection::create(path);
    {
        edge::storage::WriteTransaction write(db);
        db.execute(rows);
        write.commit();
    }
    // Small pages make a small file; it stays in WAL mode, as every file of ours is.
    db.execute("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: make_released_file tests/data/schema-<version>.db\n";
        return 2;
    }
    const std::string path = argv[1];
    try {
        make_released_file(path);
    } catch (const std::exception& failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
    for (const char* suffix : {"-wal", "-shm", ".lock"}) std::filesystem::remove(path + suffix);
    return 0;
}
