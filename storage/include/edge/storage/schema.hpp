#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace edge::storage {

class WriteTransaction;

/// One numbered change of a schema; never edited once released.
struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
};

/// A kind of file: how it is told from others, and how it is brought up to date. Lives as long as the program.
struct Schema {
    std::int64_t application_id;            ///< in the header of every file of the kind
    std::string_view kind;                  ///< for messages: "an edge-analytics file"
    std::string_view maker;                 ///< the command that makes one
    std::span<const Migration> migrations;  ///< ascending from 1, at least one
    void (*complete)(WriteTransaction&);    ///< runs after migrations, in their transaction; may be null

    [[nodiscard]] int newest_version() const noexcept { return migrations.back().version; }
};

/// A seller's file.
[[nodiscard]] const Schema& device_schema() noexcept;

}  // namespace edge::storage
