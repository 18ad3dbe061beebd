#include "idempotency.hpp"

#include <cereal/archives/json.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <fmt/format.h>

#include <sstream>

namespace edge {

using storage::Connection;
using storage::Query;
using storage::WriteTransaction;

namespace {

constexpr auto kept_for = std::chrono::days(30);
constexpr int forgotten_at_once = 20;

std::int64_t microseconds_of(Timestamp instant) { return instant.time_since_epoch().count(); }
Timestamp instant_of(std::int64_t microseconds) { return Timestamp(std::chrono::microseconds(microseconds)); }

std::optional<std::int64_t> microseconds_of(std::optional<Timestamp> instant) {
    if (!instant) return std::nullopt;
    return microseconds_of(*instant);
}

std::optional<Timestamp> instant_of(std::optional<std::int64_t> microseconds) {
    if (!microseconds) return std::nullopt;
    return instant_of(*microseconds);
}

/// A reservation as plain values that cereal knows.
struct KeptReservation {
    std::int64_t id = 0;
    Uuid::Bytes uuid{};
    std::int64_t bundle = 0;
    std::string consumer;
    std::string claim_code;
    std::int64_t reserved_at = 0;
    std::optional<std::int64_t> collected_at;
    std::optional<std::int64_t> cancelled_at;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(id, uuid, bundle, consumer, claim_code, reserved_at, collected_at, cancelled_at);
    }
};

struct KeptBundle {
    std::int64_t id = 0;
    Uuid::Bytes uuid{};
    std::int64_t seller = 0;
    std::string name;
    std::string description;
    std::vector<std::int64_t> categories;
    std::int64_t total_qty = 0;
    std::int64_t weight_grams = 0;
    std::int64_t carbon_dioxide = 0;
    std::int64_t price_minor = 0;
    std::int64_t discount_percentage = 0;
    std::int64_t window_start = 0;
    std::int64_t window_end = 0;
    std::int64_t created_at = 0;
    std::optional<std::int64_t> closed_at;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(id, uuid, seller, name, description, categories, total_qty, weight_grams, carbon_dioxide, price_minor,
                discount_percentage, window_start, window_end, created_at, closed_at);
    }
};

KeptReservation to_kept(const Reservation& reservation) {
    return {.id = reservation.id.value(),
            .uuid = reservation.uuid.bytes(),
            .bundle = reservation.bundle.value(),
            .consumer = reservation.consumer,
            .claim_code = reservation.claim_code,
            .reserved_at = microseconds_of(reservation.reserved_at),
            .collected_at = microseconds_of(reservation.collected_at),
            .cancelled_at = microseconds_of(reservation.cancelled_at)};
}

Reservation from_kept(const KeptReservation& kept) {
    return {.id = ReservationId(kept.id),
            .uuid = Uuid(kept.uuid),
            .bundle = BundleId(kept.bundle),
            .consumer = kept.consumer,
            .claim_code = kept.claim_code,
            .reserved_at = instant_of(kept.reserved_at),
            .collected_at = instant_of(kept.collected_at),
            .cancelled_at = instant_of(kept.cancelled_at)};
}

KeptBundle to_kept(const Bundle& bundle) {
    KeptBundle kept{.id = bundle.id.value(),
                    .uuid = bundle.uuid.bytes(),
                    .seller = bundle.seller.value(),
                    .name = bundle.name,
                    .description = bundle.description,
                    .categories = {},
                    .total_qty = bundle.total_qty,
                    .weight_grams = bundle.weight_grams,
                    .carbon_dioxide = bundle.carbon_dioxide,
                    .price_minor = bundle.price.minor,
                    .discount_percentage = bundle.discount_percentage,
                    .window_start = microseconds_of(bundle.window.start),
                    .window_end = microseconds_of(bundle.window.end),
                    .created_at = microseconds_of(bundle.created_at),
                    .closed_at = microseconds_of(bundle.closed_at)};
    for (const CategoryId category : bundle.categories) kept.categories.push_back(category.value());
    return kept;
}

Bundle from_kept(const KeptBundle& kept) {
    Bundle bundle{.id = BundleId(kept.id),
                  .uuid = Uuid(kept.uuid),
                  .seller = SellerId(kept.seller),
                  .name = kept.name,
                  .description = kept.description,
                  .categories = {},
                  .total_qty = kept.total_qty,
                  .weight_grams = kept.weight_grams,
                  .carbon_dioxide = kept.carbon_dioxide,
                  .price = Money{kept.price_minor},
                  .discount_percentage = kept.discount_percentage,
                  .window = {.start = instant_of(kept.window_start), .end = instant_of(kept.window_end)},
                  .created_at = instant_of(kept.created_at),
                  .closed_at = instant_of(kept.closed_at)};
    for (const std::int64_t category : kept.categories) bundle.categories.emplace_back(category);
    return bundle;
}

std::optional<std::string> find_answer(Connection& db, const IdempotencyKey& key, const std::string& request,
                                       Timestamp now) {
    if (key.empty()) return std::nullopt;
    Query row = db.query("SELECT request, answer FROM idempotency WHERE idempotency_key = ? AND made_at >= ?", key,
                         now - kept_for);
    if (!row.step()) return std::nullopt;
    if (row.view(0) != request) {
        throw Error(ErrorCode::idempotency_mismatch,
                    fmt::format("cannot use idempotency key '{}': it was used for another request", key),
                    {{"idempotency_key", key}}, "use a new key for a new request");
    }
    return row.text(1);
}

template <class Kept>
Kept read_answer(const std::string& text) {
    try {
        std::istringstream stream(text);
        cereal::JSONInputArchive archive(stream);
        Kept kept;
        archive(kept);
        return kept;
    } catch (const cereal::Exception& failure) {
        throw Error(ErrorCode::corrupt_data, fmt::format("cannot read a kept answer: {}", failure.what()));
    }
}

template <class Kept>
void write_answer(WriteTransaction& write, const IdempotencyKey& key, const std::string& request, const Kept& kept,
                  Timestamp now) {
    if (key.empty()) return;
    std::ostringstream stream;
    {
        cereal::JSONOutputArchive archive(stream, cereal::JSONOutputArchive::Options::NoIndent());
        archive(kept);
    }
    Connection& db = write.connection();
    // Replaces an answer that is too old to count. The new row has the highest id, as any new one.
    db.query("INSERT OR REPLACE INTO idempotency (idempotency_key, request, answer, made_at) VALUES (?, ?, ?, ?)", key,
             request, stream.str(), now)
        .run();
    // Oldest rows have the lowest ids, so the look at what to forget does not grow with the table.
    db.query(
          "DELETE FROM idempotency WHERE idempotency_id IN (SELECT idempotency_id FROM idempotency ORDER BY "
          "idempotency_id LIMIT ?) "
          "AND made_at < ?",
          forgotten_at_once, now - kept_for)
        .run();
}

}  // namespace

std::optional<Bundle> find_bundle_answer(Connection& db, const IdempotencyKey& key, const std::string& request,
                                         Timestamp now) {
    const std::optional<std::string> answer = find_answer(db, key, request, now);
    if (!answer) return std::nullopt;
    return from_kept(read_answer<KeptBundle>(*answer));
}

std::optional<Reservation> find_reservation_answer(Connection& db, const IdempotencyKey& key,
                                                   const std::string& request, Timestamp now) {
    const std::optional<std::string> answer = find_answer(db, key, request, now);
    if (!answer) return std::nullopt;
    return from_kept(read_answer<KeptReservation>(*answer));
}

void keep_answer(WriteTransaction& write, const IdempotencyKey& key, const std::string& request, const Bundle& answer,
                 Timestamp now) {
    write_answer(write, key, request, to_kept(answer), now);
}

void keep_answer(WriteTransaction& write, const IdempotencyKey& key, const std::string& request,
                 const Reservation& answer, Timestamp now) {
    write_answer(write, key, request, to_kept(answer), now);
}

}  // namespace edge
