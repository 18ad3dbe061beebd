#include "connection_state.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <bit>
#include <cstring>

namespace edge::storage {
namespace {

/// Eight characters as a number.
std::size_t piece_of(std::string_view text, std::size_t at) {
    std::size_t piece = 0;
    std::memcpy(&piece, text.data() + at, sizeof(piece));
    return piece;
}

}  // namespace

std::size_t SqlHash::operator()(std::string_view sql) const noexcept {
    constexpr std::size_t odd = 0x9E37'79B9'7F4A'7C15;  // 2^64 by the golden ratio: spreads what differs in a few bits
    std::size_t hash = sql.size() * odd;
    if (sql.size() < sizeof(hash)) return hash;
    for (const std::size_t at : {std::size_t{0}, sql.size() / 2 - sizeof(hash) / 2, sql.size() - sizeof(hash)})
        hash = (std::rotl(hash, 29) ^ piece_of(sql, at)) * odd;
    return hash;
}

Query::Query(Connection& connection, std::string_view sql) : connection_(&connection), statement_(nullptr) {
    IdleStatements& idle = connection.state_->idle;
    if (const auto found = idle.find(sql); found != idle.end()) {
        loan_ = idle.extract(found);
        statement_ = loan_.mapped();
        return;
    }
    const int result = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (result != SQLITE_OK) throw_last_error(connection.handle(), "read " + connection.path());
    IdleStatements fresh;
    fresh.emplace(std::string(sql), statement_);
    loan_ = fresh.extract(fresh.begin());
}

Query::Query(Query&& other) noexcept
    : connection_(other.connection_), loan_(std::move(other.loan_)), statement_(other.statement_) {
    other.statement_ = nullptr;
}

Query::~Query() {
    if (statement_ == nullptr) return;
    reset();
    // Two loans of one SQL have two statements; only one of them is kept.
    const auto returned = connection_->state_->idle.insert(std::move(loan_));
    if (!returned.inserted) sqlite3_finalize(statement_);
}

void Query::reset() noexcept { sqlite3_reset(statement_); }

bool Query::step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    const bool reads = sqlite3_stmt_readonly(statement_) != 0;
    throw_last_error(connection_->handle(), fmt::format("{} {}", reads ? "read" : "write", connection_->path()));
}

void Query::run() {
    while (step()) {
    }
}

bool Query::is_null(int column) const noexcept { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Query::integer(int column) const noexcept { return sqlite3_column_int64(statement_, column); }

std::string_view Query::view(int column) const noexcept {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::span<const std::uint8_t> Query::blob(int column) const noexcept {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Uuid Query::uuid(int column) const {
    const std::optional<Uuid> uuid = Uuid::from_bytes(blob(column));
    if (!uuid)
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot read {}: a row's uuid is not 16 bytes", connection_->path()));
    return *uuid;
}

std::optional<std::int64_t> Query::optional_integer(int column) const noexcept {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::optional<Timestamp> Query::optional_time(int column) const noexcept {
    if (is_null(column)) return std::nullopt;
    return time(column);
}

std::optional<std::string> Query::optional_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

int Query::column_count() const noexcept { return sqlite3_column_count(statement_); }
std::string_view Query::column_name(int column) const noexcept { return sqlite3_column_name(statement_, column); }

std::int64_t Query::decimal_units(int column, int places) const {
    const std::optional<std::int64_t> units = parse_decimal(view(column), places);
    if (!units) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot read {}: {} holds '{}', which is not a decimal with {} places",
                                connection_->path(), column_name(column), view(column), places));
    }
    return *units;
}

void Query::bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Query::bind(int index, std::string_view value) {
    const char* text = value.data() == nullptr ? "" : value.data();
    sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Query::bind(int index, std::span<const std::uint8_t> value) {
    if (value.empty()) {
        sqlite3_bind_zeroblob(statement_, index, 0);
    } else {
        sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_STATIC);
    }
}

void Query::bind(int index, std::nullptr_t) { sqlite3_bind_null(statement_, index); }

void Query::bind_copy(int index, const std::string& value) {
    sqlite3_bind_text64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace edge::storage
