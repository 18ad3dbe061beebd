#include "marketplace_sql.hpp"

// Rows are looked up in subqueries that the planner may not take apart (OFFSET 0): see by_keys in
// postgres_connection.cpp. For the same reason what the hub remembers of a bundle changes by ON CONFLICT: an UPDATE may
// read the seller whole.

namespace edge::hub::marketplace_sql {

std::string filled_in(std::string_view sql, const Words& words) {
    std::string text;
    while (true) {
        const std::size_t open = sql.find('{');
        text += sql.substr(0, open);
        if (open == std::string_view::npos) return text;
        const std::size_t close = sql.find('}', open);
        text += words.find(sql.substr(open + 1, close - open - 1))->second;
        sql.remove_prefix(close + 1);
    }
}

// Bundles that the request is going to write, so that nobody else writes them until it is done: their newest values are
// read by the statements that follow. Reserving one needs less and does not wait.
const std::string_view lock_written = R"sql(
SELECT b.bundle_id FROM unnest($2::text[]) AS u(key)
CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.key OFFSET 0) AS m
JOIN bundles AS b ON b.bundle_id = m.id
ORDER BY b.bundle_id FOR NO KEY UPDATE OF b)sql";

const std::string_view look_at_seller = R"sql(
SELECT m.user_id, m.caught_up, m.settled, m.seen, m.seen_at, s.user_id IS NULL,
    s.user_id IS NOT NULL AND s.xmin::text <> m.profile,
    m.categories <> (SELECT coalesce(md5(string_agg(concat_ws(' ', c.category_id, c.category_name,
        c.category_coefficient), ',' ORDER BY c.category_id)), '') FROM category AS c),
    (SELECT coalesce(max(b.bundle_id), 0) FROM bundles AS b)
FROM edge.market_seller AS m LEFT JOIN sellers AS s ON s.user_id = m.user_id
WHERE m.seller = $1)sql";

const std::string_view look_at_bundles = R"sql(
SELECT m.id
FROM edge.market_bundle AS m
LEFT JOIN bundles AS b ON b.bundle_id = m.id
CROSS JOIN LATERAL (
    SELECT count(*) AS reservations, coalesce(sum(r.reservation_id), 0) AS reservation_ids,
        count(r.collected_at) AS collected,
        coalesce(sum(r.reservation_id) FILTER (WHERE r.collected_at IS NOT NULL), 0) AS collected_ids
    FROM reservations AS r WHERE r.bundle_id = m.id) AS f
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(bc.category_id::text, ',' ORDER BY bc.category_id), '') AS categories
    FROM category AS c JOIN bundle_category AS bc ON bc.category_id = c.category_id AND bc.bundle_id = m.id) AS l
WHERE m.seller = $1 AND m.open_until > 0 AND m.open_until > $2::bigint AND (b.bundle_id IS NULL OR b.xmin::text <> m.mark
    OR f.reservations <> m.reservations OR f.reservation_ids <> m.reservation_ids
    OR f.collected <> m.collected OR f.collected_ids <> m.collected_ids OR l.categories <> m.categories))sql";

const std::string_view look_for_bundles = R"sql(
SELECT b.bundle_id
FROM edge.market_seller AS s JOIN bundles AS b ON b.seller_id = s.user_id AND b.bundle_id > s.settled
WHERE s.seller = $1
    AND NOT EXISTS (SELECT 1 FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.id > 0 AND m.id = b.bundle_id))sql";

const std::string_view page_of_sellers =
    "SELECT m.seller FROM edge.market_seller AS m WHERE m.seller > $1 AND m.caught_up ORDER BY m.seller LIMIT "
    "$2::bigint";

// The three looks above for many sellers at once: which of them have anything to be taken in.
const std::string_view look_at_sellers = R"sql(
WITH shop AS (
    SELECT m.seller, m.user_id, m.settled, m.profile, m.categories
    FROM unnest($1::text[]) AS w(seller) JOIN edge.market_seller AS m ON m.seller = w.seller),
category_mark AS (
    SELECT coalesce(md5(string_agg(concat_ws(' ', c.category_id, c.category_name, c.category_coefficient), ','
        ORDER BY c.category_id)), '') AS mark FROM category AS c)
SELECT shop.seller FROM shop
WHERE shop.categories <> (SELECT k.mark FROM category_mark AS k)
    OR EXISTS (SELECT 1 FROM sellers AS s WHERE s.user_id = shop.user_id AND s.xmin::text <> shop.profile)
    OR EXISTS (
        SELECT 1 FROM bundles AS b WHERE b.seller_id = shop.user_id AND b.bundle_id > shop.settled
            AND NOT EXISTS (SELECT 1 FROM edge.market_bundle AS m WHERE m.seller = shop.seller AND m.id > 0 AND m.id = b.bundle_id))
    OR EXISTS (
        SELECT 1 FROM edge.market_bundle AS m
        LEFT JOIN bundles AS b ON b.bundle_id = m.id
        CROSS JOIN LATERAL (
            SELECT count(*) AS reservations, coalesce(sum(r.reservation_id), 0) AS reservation_ids,
                count(r.collected_at) AS collected,
                coalesce(sum(r.reservation_id) FILTER (WHERE r.collected_at IS NOT NULL), 0) AS collected_ids
            FROM reservations AS r WHERE r.bundle_id = m.id) AS f
        CROSS JOIN LATERAL (
            SELECT coalesce(string_agg(bc.category_id::text, ',' ORDER BY bc.category_id), '') AS categories
            FROM category AS c JOIN bundle_category AS bc ON bc.category_id = c.category_id AND bc.bundle_id = m.id) AS l
        WHERE m.seller = shop.seller AND m.open_until > 0 AND m.open_until > $2::bigint AND (b.bundle_id IS NULL OR b.xmin::text <> m.mark
            OR f.reservations <> m.reservations OR f.reservation_ids <> m.reservation_ids
            OR f.collected <> m.collected OR f.collected_ids <> m.collected_ids OR l.categories <> m.categories))
ORDER BY shop.seller)sql";

const std::string_view read_profile = R"sql(
SELECT s.xmin::text, s.seller_name, s.address_line1, coalesce(s.address_line2, ''), s.city, s.post_code,
    coalesce(s.region, ''), s.country, round(s.latitude::numeric, 6)::text, round(s.longitude::numeric, 6)::text
FROM edge.market_seller AS m JOIN sellers AS s ON s.user_id = m.user_id
WHERE m.seller = $1)sql";

// A coefficient may have more places than the wire has.
const std::string_view read_categories = R"sql(
SELECT c.category_id, c.category_name, round(c.category_coefficient::numeric, 9)::text,
    md5(string_agg(concat_ws(' ', c.category_id, c.category_name, c.category_coefficient), ',')
        OVER (ORDER BY c.category_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
FROM category AS c ORDER BY c.category_id)sql";

const std::string_view read_category_keys =
    "SELECT k.key, k.id FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 2 ORDER BY k.key";

const std::string_view read_bundle_keys =
    "SELECT m.key, m.id FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.id > 0 AND m.id = ANY ($2::bigint[])";

const std::string_view read_all_bundles = R"sql(
SELECT b.bundle_id FROM edge.market_seller AS s JOIN bundles AS b ON b.seller_id = s.user_id
WHERE s.seller = $1 ORDER BY b.bundle_id)sql";

const std::string_view read_bundles = R"sql(
SELECT b.bundle_id, b.xmin::text, b.bundle_name, coalesce(b.description, ''), b.carbon_dioxide, b.total_qty,
    (b.price * 100)::bigint, b.discount_percentage, (extract(epoch FROM b.window_start) * 1000000)::bigint,
    (extract(epoch FROM b.window_end) * 1000000)::bigint, (extract(epoch FROM b.created_at) * 1000000)::bigint,
    ARRAY(SELECT bc.category_id::text FROM category AS c JOIN bundle_category AS bc ON bc.category_id = c.category_id
        WHERE bc.bundle_id = b.bundle_id ORDER BY bc.category_id)::text
FROM edge.market_seller AS s JOIN bundles AS b ON b.seller_id = s.user_id
WHERE s.seller = $1 AND b.bundle_id = ANY ($2::bigint[]) ORDER BY b.bundle_id)sql";

const std::string_view read_reservations = R"sql(
SELECT r.bundle_id, r.reservation_id, r.claim_code, nullif(r.consumer_id, s.walk_in),
    (extract(epoch FROM r.reserved_at) * 1000000)::bigint, (extract(epoch FROM r.collected_at) * 1000000)::bigint
FROM edge.market_seller AS s JOIN reservations AS r ON r.bundle_id = ANY ($2::bigint[])
WHERE s.seller = $1 ORDER BY r.reservation_id)sql";

const std::string_view see_seller = R"sql(
UPDATE edge.market_seller SET settled = $2::bigint, seen = $3::bigint, seen_at = $4::bigint,
    profile = coalesce($5::text, profile), categories = coalesce($6::text, categories)
WHERE seller = $1)sql";

const std::string_view see_bundles = R"sql(
INSERT INTO edge.market_bundle (seller, key, id, open_until, mark, reservations, reservation_ids, collected, collected_ids,
    categories)
SELECT $1::text, w.*
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
        $10::text[])
    AS w(key, id, open_until, mark, reservations, reservation_ids, collected, collected_ids, categories)
ON CONFLICT (seller, key) DO UPDATE SET id = excluded.id, open_until = excluded.open_until, mark = excluded.mark,
    reservations = excluded.reservations, reservation_ids = excluded.reservation_ids,
    collected = excluded.collected, collected_ids = excluded.collected_ids, categories = excluded.categories)sql";

// The number stays known, so that nothing makes the bundle again that its seller has deleted in the marketplace.
const std::string_view lose_bundles =
    "UPDATE edge.market_bundle SET mark = 'gone', open_until = 0, reservations = 0, reservation_ids = 0, collected = "
    "0, "
    "collected_ids = 0 WHERE seller = $1 AND id > 0 AND id = ANY ($2::bigint[])";

const std::string_view unlinked_sellers = R"sql(
SELECT s.user_id FROM sellers AS s
EXCEPT SELECT m.user_id FROM edge.market_seller AS m ORDER BY user_id)sql";

const std::string_view link_sellers =
    "INSERT INTO edge.market_seller (seller, user_id) SELECT w.* FROM unnest($1::text[], $2::bigint[]) AS w(seller, "
    "user_id) "
    "ON CONFLICT (seller) DO NOTHING";

const std::string_view make_seller = R"sql(
WITH made AS (
    INSERT INTO users (username, email, pw_hash, role)
    SELECT 'seller-' || lower($1::text), 'seller-' || lower($1::text) || '@device.invalid', '!', 'seller'
    WHERE NOT EXISTS (SELECT 1 FROM edge.market_seller AS m WHERE m.seller = $1)
    RETURNING user_id),
shop AS (
    INSERT INTO sellers (user_id, seller_name, address_line1, city, post_code, country)
    SELECT m.user_id, '', '', '', '', '' FROM made AS m)
INSERT INTO edge.market_seller (seller, user_id, profile, caught_up)
SELECT $1::text, m.user_id, pg_current_xact_id()::xid::text, $2::bigint <> 0 FROM made AS m)sql";

const std::string_view make_walk_in_user = R"sql(
INSERT INTO users (username, email, pw_hash, role)
SELECT 'walk-in-' || m.user_id, 'walk-in-' || m.user_id || '@device.invalid', '!', 'consumer'
FROM edge.market_seller AS m WHERE m.seller = $1 AND m.walk_in IS NULL
ON CONFLICT DO NOTHING)sql";

const std::string_view make_walk_in_consumer = R"sql(
INSERT INTO consumers (user_id, fname, lname)
SELECT u.user_id, 'Walk-in', 'customer'
FROM edge.market_seller AS m JOIN users AS u ON u.username = 'walk-in-' || m.user_id
WHERE m.seller = $1 AND m.walk_in IS NULL
ON CONFLICT DO NOTHING)sql";

const std::string_view link_walk_in = R"sql(
UPDATE edge.market_seller AS m SET walk_in = u.user_id FROM users AS u
WHERE m.seller = $1 AND m.walk_in IS NULL AND u.username = 'walk-in-' || m.user_id)sql";

// Of several graphs of a type the web application shows the first.
const std::string_view catch_up_graphs = R"sql(
INSERT INTO edge.market_key (seller, tbl, key, id)
SELECT $1::text, 7, g.graph_type::text, min(g.graph_id)
FROM edge.market_seller AS s JOIN analytics_graphs AS g ON g.seller_id = s.user_id
WHERE s.seller = $1 GROUP BY g.graph_type
ON CONFLICT (seller, tbl, key) DO NOTHING)sql";

const std::string_view catch_up_inputs = R"sql(
INSERT INTO edge.market_key (seller, tbl, key, id)
SELECT $1::text, 5, m.key || ':' || k.key, max(i.input_id)
FROM edge.market_seller AS s JOIN forecast_input AS i ON i.seller_id = s.user_id
CROSS JOIN LATERAL (
        SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.id > 0 AND m.id = i.bundle_id OFFSET 0) AS m
CROSS JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 2 AND k.id = i.category_id OFFSET 0) AS k
WHERE s.seller = $1 GROUP BY m.key, k.key
ON CONFLICT (seller, tbl, key) DO NOTHING)sql";

const std::string_view caught_up = "UPDATE edge.market_seller SET caught_up = true WHERE seller = $1";

const std::string_view is_caught_up = "SELECT m.caught_up FROM edge.market_seller AS m WHERE m.seller = $1";

// The marketplace's profile stands unless the hub has seen it.
const std::string_view put_profile = R"sql(
WITH changed AS (
    UPDATE sellers AS s SET seller_name = $2, address_line1 = $3, address_line2 = $4, city = $5, post_code = $6,
        region = $7, country = $8, latitude = $9::text::double precision, longitude = $10::text::double precision
    FROM edge.market_seller AS m
    WHERE m.seller = $1 AND s.user_id = m.user_id AND s.xmin::text = m.profile
        AND (s.seller_name, s.address_line1, coalesce(s.address_line2, ''), s.city, s.post_code, coalesce(s.region, ''),
            s.country, round(s.latitude::numeric, 6), round(s.longitude::numeric, 6))
        IS DISTINCT FROM ($2, $3, $4, $5, $6, $7, $8, $9::text::numeric, $10::text::numeric)
    RETURNING s.user_id)
UPDATE edge.market_seller AS m SET profile = pg_current_xact_id()::xid::text
FROM changed AS c WHERE m.seller = $1 AND m.user_id = c.user_id)sql";

const std::string_view make_categories = R"sql(
INSERT INTO category (category_name, category_coefficient)
SELECT w.name, max(w.coefficient)::double precision FROM unnest($2::text[], $3::text[], $4::text[]) AS w(key, name, coefficient)
WHERE NOT EXISTS (SELECT 1 FROM category AS c WHERE c.category_name = w.name) AND $1::text IS NOT NULL
GROUP BY w.name ORDER BY min(w.key)
ON CONFLICT (category_name) DO NOTHING)sql";

// A category belongs to all sellers: one that a device names otherwise is another one, and a coefficient of its own
// does not stand. The seller is looked at again then, and told.
const std::string_view put_categories = R"sql(
WITH w AS (
    SELECT u.key, c.category_id AS id, k.id AS before, c.category_coefficient <> u.coefficient::double precision AS differs
    FROM unnest($2::text[], $3::text[], $4::text[]) AS u(key, name, coefficient)
    JOIN category AS c ON c.category_name = u.name
    LEFT JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 2 AND k.key = u.key OFFSET 0) AS k ON true),
moved AS (
    DELETE FROM bundle_category AS bc USING w, edge.market_bundle AS m
    WHERE w.before <> w.id AND m.seller = $1 AND bc.category_id = w.before AND bc.bundle_id = m.id
    RETURNING w.id, bc.bundle_id),
put AS (
    INSERT INTO bundle_category (category_id, bundle_id) SELECT m.id, m.bundle_id FROM moved AS m ON CONFLICT DO NOTHING),
again AS (
    UPDATE edge.market_seller SET categories = '' WHERE seller = $1 AND EXISTS (SELECT 1 FROM w WHERE w.differs))
INSERT INTO edge.market_key (seller, tbl, key, id) SELECT $1::text, 2, w.key, w.id FROM w
ON CONFLICT (seller, tbl, key) DO UPDATE SET id = excluded.id)sql";

const std::string_view put_bundles = R"sql(
WITH w AS (
    SELECT u.*, s.user_id, m.id AS known, m.mark
    FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
        $10::text[], $11::text[], $12::bigint[])
        AS u(key, name, description, carbon_dioxide, total_qty, price_minor, discount, opens, closes, created, open_until)
    JOIN edge.market_seller AS s ON s.seller = $1
    LEFT JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.key OFFSET 0) AS m ON true),
fresh AS (SELECT {next_bundle} AS id, w.* FROM w WHERE w.known IS NULL),
made AS (
    INSERT INTO bundles (bundle_id, seller_id, bundle_name, description, carbon_dioxide, total_qty, price,
        discount_percentage, window_start, window_end, created_at)
    SELECT f.id, f.user_id, f.name, f.description, f.carbon_dioxide, f.total_qty, f.price_minor::numeric / 100, f.discount,
        f.opens::timestamp, f.closes::timestamp, f.created::timestamp
    FROM fresh AS f ORDER BY f.id),
mapped AS (
    INSERT INTO edge.market_bundle (seller, key, id, open_until, mark)
    SELECT $1::text, f.key, f.id, f.open_until, pg_current_xact_id()::xid::text FROM fresh AS f),
changed AS (
    UPDATE bundles AS b SET bundle_name = w.name, description = w.description, carbon_dioxide = w.carbon_dioxide,
        total_qty = w.total_qty, price = w.price_minor::numeric / 100, discount_percentage = w.discount,
        window_start = w.opens::timestamp, window_end = w.closes::timestamp, created_at = w.created::timestamp
    FROM w
    WHERE b.bundle_id = w.known
        AND (b.bundle_name, coalesce(b.description, ''), b.carbon_dioxide, b.total_qty, b.price, b.discount_percentage,
            b.window_start, b.window_end, b.created_at)
        IS DISTINCT FROM (w.name, w.description, w.carbon_dioxide, w.total_qty, w.price_minor::numeric / 100, w.discount,
            w.opens::timestamp, w.closes::timestamp, w.created::timestamp)
    RETURNING b.bundle_id)
INSERT INTO edge.market_bundle (seller, key, id, open_until, mark)
SELECT $1::text, w.key, w.known, w.open_until,
    CASE WHEN EXISTS (SELECT 1 FROM changed AS c WHERE c.bundle_id = w.known) THEN pg_current_xact_id()::xid::text
        ELSE w.mark END
FROM w WHERE w.known IS NOT NULL AND w.mark <> 'gone'
ON CONFLICT (seller, key) DO UPDATE SET open_until = excluded.open_until, mark = excluded.mark)sql";

const std::string_view put_bundle_categories = R"sql(
WITH w AS (
    SELECT DISTINCT m.id AS bundle_id, c.category_id
    FROM unnest($2::text[], $3::text[]) AS u(bundle, category)
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.bundle AND m.mark <> 'gone' OFFSET 0) AS m
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 2 AND k.key = u.category OFFSET 0) AS k
    JOIN category AS c ON c.category_id = k.id),
gone AS (
    DELETE FROM bundle_category AS bc
    USING unnest($4::text[]) AS u(key)
    CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.key OFFSET 0) AS m,
        category AS c
    WHERE bc.category_id = c.category_id AND bc.bundle_id = m.id
        AND NOT EXISTS (SELECT 1 FROM w WHERE w.bundle_id = bc.bundle_id AND w.category_id = bc.category_id)),
put AS (
    INSERT INTO bundle_category (category_id, bundle_id) SELECT w.category_id, w.bundle_id FROM w ON CONFLICT DO NOTHING),
listed AS (
    SELECT w.bundle_id, string_agg(w.category_id::text, ',' ORDER BY w.category_id) AS categories FROM w GROUP BY w.bundle_id)
INSERT INTO edge.market_bundle (seller, key, id, open_until, mark, categories)
SELECT $1::text, m.key, m.id, m.open_until, m.mark, coalesce(l.categories, '')
FROM (SELECT DISTINCT k.key FROM unnest($4::text[]) AS k(key)) AS u
CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.key OFFSET 0) AS m
LEFT JOIN listed AS l ON l.bundle_id = m.id
WHERE m.categories <> coalesce(l.categories, '')
ON CONFLICT (seller, key) DO UPDATE SET categories = excluded.categories)sql";

// Whoever is about to reserve one of them holds it until he is done, and then it stays.
const std::string_view lock_bundles = R"sql(
SELECT b.bundle_id FROM unnest($2::text[]) AS u(key)
CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.key OFFSET 0) AS m
JOIN bundles AS b ON b.bundle_id = m.id
ORDER BY b.bundle_id FOR UPDATE OF b)sql";

const std::string_view drop_bundles = R"sql(
WITH gone AS (
    DELETE FROM bundles AS b
    USING unnest($2::text[]) AS u(key)
    CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.key OFFSET 0) AS m
    WHERE b.bundle_id = m.id
        AND NOT EXISTS (SELECT 1 FROM reservations AS r WHERE r.bundle_id = b.bundle_id)
    RETURNING b.bundle_id)
DELETE FROM edge.market_bundle AS m USING gone AS g WHERE m.seller = $1 AND m.id > 0 AND m.id = g.bundle_id)sql";

const std::string_view put_reservations = R"sql(
WITH w AS (
    SELECT m.id AS bundle_id, u.claim, u.consumer, u.reserved::timestamp AS reserved_at,
        u.collected::timestamp AS collected_at, s.walk_in, r.reservation_id AS known, r.collected_at AS before
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
        AS u(bundle, claim, consumer, reserved, collected)
    JOIN edge.market_seller AS s ON s.seller = $1
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.bundle AND m.mark <> 'gone' OFFSET 0) AS m
    LEFT JOIN reservations AS r ON r.bundle_id = m.id AND r.claim_code = u.claim),
made AS (
    INSERT INTO reservations (bundle_id, consumer_id, reserved_at, claim_code, collected_at)
    SELECT w.bundle_id, coalesce(c.user_id, w.walk_in), w.reserved_at, w.claim, w.collected_at
    FROM w LEFT JOIN consumers AS c ON c.user_id = w.consumer
    WHERE w.known IS NULL
    ON CONFLICT (bundle_id, claim_code) DO NOTHING
    RETURNING bundle_id, reservation_id, collected_at),
changed AS (
    UPDATE reservations AS r SET collected_at = w.collected_at FROM w
    WHERE r.reservation_id = w.known AND w.collected_at IS NOT NULL AND r.collected_at IS DISTINCT FROM w.collected_at
    RETURNING r.bundle_id, r.reservation_id, w.before),
added AS (
    SELECT e.bundle_id, sum(e.made) AS made, sum(e.made * e.id) AS ids, sum(e.got) AS got, sum(e.got * e.id) AS got_ids
    FROM (
        SELECT x.bundle_id, x.reservation_id AS id, 1::bigint AS made, (x.collected_at IS NOT NULL)::int AS got
        FROM made AS x
        UNION ALL
        SELECT x.bundle_id, x.reservation_id, 0, (x.before IS NULL)::int FROM changed AS x) AS e
    GROUP BY e.bundle_id)
INSERT INTO edge.market_bundle (seller, key, id, open_until, mark, reservations, reservation_ids, collected, collected_ids)
SELECT $1::text, m.key, m.id, m.open_until, m.mark, m.reservations + a.made, m.reservation_ids + a.ids,
    m.collected + a.got, m.collected_ids + a.got_ids
FROM added AS a
CROSS JOIN LATERAL (
    SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.id > 0 AND m.id = a.bundle_id OFFSET 0) AS m
ON CONFLICT (seller, key) DO UPDATE SET reservations = excluded.reservations, reservation_ids = excluded.reservation_ids,
    collected = excluded.collected, collected_ids = excluded.collected_ids)sql";

// What was cancelled stays if the web application has collected it: collected is final, and the next look finds it.
const std::string_view drop_reservations = R"sql(
WITH gone AS (
    DELETE FROM reservations AS r
    USING unnest($2::text[], $3::text[], $4::bigint[]) AS u(bundle, claim, collected_too)
    CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.bundle OFFSET 0) AS m
    WHERE r.bundle_id = m.id AND r.claim_code = u.claim
        AND (r.collected_at IS NULL OR u.collected_too <> 0)
    RETURNING r.bundle_id, r.reservation_id, (r.collected_at IS NOT NULL)::int AS got),
taken AS (
    SELECT g.bundle_id, count(*) AS n, sum(g.reservation_id) AS ids, sum(g.got) AS got,
        sum(g.got * g.reservation_id::bigint) AS got_ids
    FROM gone AS g GROUP BY g.bundle_id)
INSERT INTO edge.market_bundle (seller, key, id, open_until, mark, reservations, reservation_ids, collected, collected_ids)
SELECT $1::text, m.key, m.id, m.open_until, m.mark, m.reservations - t.n, m.reservation_ids - t.ids,
    m.collected - t.got, m.collected_ids - t.got_ids
FROM taken AS t
CROSS JOIN LATERAL (
    SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.id > 0 AND m.id = t.bundle_id OFFSET 0) AS m
ON CONFLICT (seller, key) DO UPDATE SET reservations = excluded.reservations, reservation_ids = excluded.reservation_ids,
    collected = excluded.collected, collected_ids = excluded.collected_ids)sql";

// Several devices of a seller record the same window: the marketplace gets one row for a bundle and a category.
const std::string_view put_inputs = R"sql(
WITH w AS (
    SELECT DISTINCT ON (u.bundle, u.category) u.*, s.user_id, m.id AS bundle_id, c.category_id,
        u.bundle || ':' || u.category AS place, i.input_id AS known
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[],
        $11::bigint[], $12::bigint[])
        AS u(key, bundle, category, day, opens, closes, holiday, temperature, weather, reservations, no_shows)
    JOIN edge.market_seller AS s ON s.seller = $1
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.bundle AND m.mark <> 'gone' OFFSET 0) AS m
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_key AS kc WHERE kc.seller = $1 AND kc.tbl = 2 AND kc.key = u.category OFFSET 0) AS kc
    JOIN category AS c ON c.category_id = kc.id
    LEFT JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 5 AND k.key = u.bundle || ':' || u.category OFFSET 0) AS k ON true
    LEFT JOIN forecast_input AS i ON i.input_id = k.id
    ORDER BY u.bundle, u.category, u.key DESC),
fresh AS (SELECT {next_input} AS id, w.* FROM w WHERE w.known IS NULL),
made AS (
    INSERT INTO forecast_input (input_id, bundle_id, seller_id, category_id, day_of_week, window_start, window_end,
        is_holiday, temperature, weather_flag, observed_reservations, observed_no_shows)
    SELECT f.id, f.bundle_id, f.user_id, f.category_id, f.day::{day_of_week}, f.opens::timestamp, f.closes::timestamp,
        f.holiday <> 0, f.temperature::numeric, f.weather::{weather_flag}, f.reservations, f.no_shows
    FROM fresh AS f),
changed AS (
    UPDATE forecast_input AS i SET day_of_week = w.day::{day_of_week}, window_start = w.opens::timestamp,
        window_end = w.closes::timestamp, is_holiday = w.holiday <> 0, temperature = w.temperature::numeric,
        weather_flag = w.weather::{weather_flag}, observed_reservations = w.reservations, observed_no_shows = w.no_shows
    FROM w WHERE i.input_id = w.known)
INSERT INTO edge.market_key (seller, tbl, key, id, owner)
SELECT $1::text, 5, p.place, p.id, p.key
FROM (SELECT f.place, f.id, f.key FROM fresh AS f UNION ALL SELECT w.place, w.known, w.key FROM w WHERE w.known IS NOT NULL)
    AS p
ON CONFLICT (seller, tbl, key) DO UPDATE SET id = excluded.id, owner = excluded.owner)sql";

const std::string_view drop_inputs = R"sql(
WITH k AS (
    SELECT k.key, k.id FROM unnest($2::text[], $3::text[]) AS u(key, place)
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 5 AND k.key = u.place AND k.owner = u.key OFFSET 0) AS k),
gone AS (DELETE FROM forecast_input AS i USING k WHERE i.input_id = k.id)
DELETE FROM edge.market_key AS d USING k WHERE d.seller = $1 AND d.tbl = 5 AND d.key = k.key)sql";

const std::string_view put_outputs = R"sql(
WITH w AS (
    SELECT DISTINCT ON (m.id) m.id AS bundle_id, s.user_id, o.output_id AS known, u.opens::timestamp AS opens, u.sales,
        u.posted, u.no_show::numeric AS no_show, u.confidence::numeric AS confidence, u.rationale,
        u.generated::timestamp AS generated
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
        AS u(bundle, opens, sales, posted, no_show, confidence, rationale, generated)
    JOIN edge.market_seller AS s ON s.seller = $1
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.bundle AND m.mark <> 'gone' OFFSET 0) AS m
    LEFT JOIN forecast_output AS o ON o.bundle_id = m.id
    ORDER BY m.id, u.generated::timestamp DESC),
made AS (
    INSERT INTO forecast_output (bundle_id, seller_id, window_start, predicted_sales, posted_qty, predicted_no_show_prob,
        confidence, rationale, generated_at)
    SELECT w.bundle_id, w.user_id, w.opens, w.sales, w.posted, w.no_show, w.confidence, w.rationale, w.generated
    FROM w WHERE w.known IS NULL
    ON CONFLICT (bundle_id) DO NOTHING)
UPDATE forecast_output AS o SET window_start = w.opens, predicted_sales = w.sales, posted_qty = w.posted,
    predicted_no_show_prob = w.no_show, confidence = w.confidence, rationale = w.rationale, generated_at = w.generated
FROM w WHERE o.output_id = w.known AND o.generated_at <= w.generated)sql";

const std::string_view drop_outputs = R"sql(
DELETE FROM forecast_output AS o
USING unnest($2::text[], $3::text[]) AS u(bundle, generated)
CROSS JOIN LATERAL (SELECT * FROM edge.market_bundle AS m WHERE m.seller = $1 AND m.key = u.bundle OFFSET 0) AS m
WHERE o.bundle_id = m.id AND o.generated_at = u.generated::timestamp)sql";

// A graph refers to its seller, so that nobody else can make one meanwhile.
const std::string_view lock_for_graphs = R"sql(
SELECT s.user_id FROM edge.market_seller AS m JOIN sellers AS s ON s.user_id = m.user_id
WHERE m.seller = $1 AND EXISTS (
    SELECT 1 FROM unnest($2::bigint[]) AS u(type) WHERE NOT EXISTS (
        SELECT 1 FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 7 AND k.key = u.type::text))
FOR UPDATE OF s)sql";

// The device that made its graph last is the one that is shown; the series of the one before go.
const std::string_view put_graphs = R"sql(
WITH w AS (
    SELECT u.*, s.user_id, k.owner, coalesce(a.graph_id, (
        SELECT min(x.graph_id) FROM analytics_graphs AS x WHERE x.seller_id = s.user_id AND x.graph_type = u.type)) AS known
    FROM unnest($2::text[], $3::bigint[], $4::text[]) AS u(key, type, created)
    JOIN edge.market_seller AS s ON s.seller = $1
    JOIN analytics_graphs_types AS t ON t.graph_type_id = u.type
    LEFT JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 7 AND k.key = u.type::text OFFSET 0) AS k ON true
    LEFT JOIN analytics_graphs AS a ON a.graph_id = k.id),
others AS (
    DELETE FROM analytics_graphs AS x USING w
    WHERE coalesce(w.owner, '') = '' AND x.seller_id = w.user_id AND x.graph_type = w.type AND x.graph_id <> w.known),
cleared AS (
    DELETE FROM analytics_series AS s USING w
    WHERE coalesce(w.owner, '') = '' AND s.graph_id = w.known),
replaced AS (
    DELETE FROM analytics_series AS s USING w, edge.market_key AS k
    WHERE w.owner <> '' AND w.owner <> w.key AND k.seller = $1 AND k.tbl = 8 AND k.owner = w.owner AND s.series_id = k.id),
forgotten AS (
    DELETE FROM edge.market_key AS k USING w
    WHERE w.owner <> '' AND w.owner <> w.key AND k.seller = $1 AND k.tbl = 8 AND k.owner = w.owner),
fresh AS (SELECT {next_graph} AS id, w.* FROM w WHERE w.known IS NULL),
made AS (
    INSERT INTO analytics_graphs (graph_id, seller_id, graph_type, created_at)
    SELECT f.id, f.user_id, f.type, f.created::timestamp FROM fresh AS f ORDER BY f.id)
INSERT INTO edge.market_key (seller, tbl, key, id, owner)
SELECT $1::text, 7, p.type::text, p.id, p.key
FROM (SELECT f.type, f.id, f.key FROM fresh AS f UNION ALL SELECT w.type, w.known, w.key FROM w WHERE w.known IS NOT NULL) AS p
ON CONFLICT (seller, tbl, key) DO UPDATE SET id = excluded.id, owner = excluded.owner)sql";

const std::string_view drop_graphs = R"sql(
WITH k AS (
    SELECT k.key, k.id, k.owner FROM edge.market_key AS k
    WHERE k.seller = $1 AND k.tbl = 7 AND k.owner = ANY ($2::text[])),
gone AS (DELETE FROM analytics_graphs AS g USING k WHERE g.graph_id = k.id),
forgotten AS (DELETE FROM edge.market_key AS d USING k WHERE d.seller = $1 AND d.tbl = 8 AND d.owner = k.owner)
DELETE FROM edge.market_key AS d USING k WHERE d.seller = $1 AND d.tbl = 7 AND d.key = k.key)sql";

const std::string_view put_series = R"sql(
WITH w AS (
    SELECT u.*, a.graph_id, s.series_id AS known
    FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS u(key, graph, name, sort_index)
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_key AS g WHERE g.seller = $1 AND g.tbl = 7 AND g.owner = u.graph OFFSET 0) AS g
    JOIN analytics_graphs AS a ON a.graph_id = g.id
    LEFT JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 8 AND k.key = u.key OFFSET 0) AS k ON true
    LEFT JOIN analytics_series AS s ON s.series_id = k.id AND s.graph_id = a.graph_id
    ORDER BY u.graph, u.sort_index),
fresh AS (SELECT {next_series} AS id, w.* FROM w WHERE w.known IS NULL),
made AS (
    INSERT INTO analytics_series (series_id, graph_id, series_name, sort_index)
    SELECT f.id, f.graph_id, f.name, f.sort_index FROM fresh AS f ORDER BY f.id),
changed AS (
    UPDATE analytics_series AS s SET series_name = w.name, sort_index = w.sort_index FROM w
    WHERE s.series_id = w.known AND (s.series_name, s.sort_index) IS DISTINCT FROM (w.name, w.sort_index))
INSERT INTO edge.market_key (seller, tbl, key, id, owner)
SELECT $1::text, 8, f.key, f.id, f.graph FROM fresh AS f
ON CONFLICT (seller, tbl, key) DO UPDATE SET id = excluded.id, owner = excluded.owner)sql";

const std::string_view drop_series = R"sql(
WITH k AS (
    SELECT k.key, k.id FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 8 AND k.key = ANY ($2::text[])),
gone AS (DELETE FROM analytics_series AS s USING k WHERE s.series_id = k.id)
DELETE FROM edge.market_key AS d USING k WHERE d.seller = $1 AND d.tbl = 8 AND d.key = k.key)sql";

// The web application shows points as they lie in the table. So whatever follows a point that changes is taken out and
// put back behind it, in order.
const std::string_view put_points = R"sql(
WITH w AS (
    SELECT s.series_id, u.sort_index, u.x, u.y::numeric AS y, u.dropped
    FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[]) AS u(series, sort_index, x, y, dropped)
    CROSS JOIN LATERAL (
        SELECT * FROM edge.market_key AS k WHERE k.seller = $1 AND k.tbl = 8 AND k.key = u.series OFFSET 0) AS k
    JOIN analytics_series AS s ON s.series_id = k.id),
first AS (SELECT w.series_id, min(w.sort_index) AS sort_index FROM w GROUP BY w.series_id),
gone AS (
    DELETE FROM analytics_points AS p USING first AS f
    WHERE p.series_id = f.series_id AND p.sort_index >= f.sort_index
    RETURNING p.series_id, p.sort_index, p.x, p.y)
INSERT INTO analytics_points (series_id, sort_index, x, y)
SELECT n.series_id, n.sort_index, n.x, n.y
FROM (
    SELECT w.series_id, w.sort_index, w.x, w.y FROM w WHERE w.dropped = 0
    UNION ALL
    SELECT g.series_id, g.sort_index, g.x, g.y FROM gone AS g
    WHERE NOT EXISTS (SELECT 1 FROM w WHERE w.series_id = g.series_id AND w.sort_index = g.sort_index)) AS n
ORDER BY n.series_id, n.sort_index)sql";

}  // namespace edge::hub::marketplace_sql
