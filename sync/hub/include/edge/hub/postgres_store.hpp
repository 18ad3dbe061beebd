#pragma once

#include "edge/hub/store.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace edge::hub {

struct PostgresStoreOptions {
    std::chrono::milliseconds lock_timeout{5000};  ///< how long to wait for another request's seller before `busy`
    std::chrono::milliseconds statement_timeout{60'000};  ///< of one statement, before `busy`
    std::chrono::seconds connect_timeout{10};
    std::size_t connections = 16;  ///< at once; one more waits for `lock_timeout`
};

/// True for what names a PostgreSQL database and not a file: `postgresql://…`, `postgres://…`.
[[nodiscard]] bool is_postgres_target(std::string_view target) noexcept;
/// The target without its password, for messages.
[[nodiscard]] std::string without_password(const std::string& target);

/// What a hub does with a marketplace's tables in its database.
enum class MarketplaceUse {
    leave,  ///< nothing
    fill,   ///< keeps them and its own rows equal; the sellers are the marketplace's
    own,    ///< the same where there is no web application: a shop that syncs becomes a seller
};
/// "leave", "fill", "own"
[[nodiscard]] std::string_view name_of(MarketplaceUse use) noexcept;
[[nodiscard]] std::optional<MarketplaceUse> parse_marketplace_use(std::string_view name) noexcept;

struct PostgresLayout {
    bool created = false;  ///< false: it was there, and is up to date now
    int version = 0;       ///< of the hub's schema
    MarketplaceUse marketplace = MarketplaceUse::leave;
};

struct PostgresInit {
    std::optional<MarketplaceUse> marketplace;  ///< from now on; nothing: as it was
    bool lay_marketplace = false;               ///< make the marketplace's tables too; none may be there yet
};

/// Lays the hub's own tables, in the schema `edge`, or brings them up to date. Does nothing to any other schema unless
/// told to lay the marketplace's tables, in `public`. Throws `offline`, `refused` (password, rights), `not_found` (no
/// such database), `schema_too_new`, `invalid_argument` (the server is too old), `already_exists` (there is a
/// marketplace), `not_a_database` (the marketplace to be filled lacks something).
PostgresLayout init_postgres_store(const std::string& target, const PostgresStoreOptions& options = {},
                                   const PostgresInit& init = {});

/// Opens a hub's database. Throws what `init_postgres_store` does, and `not_a_database` if the hub's tables, or those
/// of a marketplace that it fills, are not there, not all there or of an older version.
[[nodiscard]] std::unique_ptr<HubStore> open_postgres_store(const std::string& target,
                                                            const PostgresStoreOptions& options = {});

}  // namespace edge::hub
