#pragma once

#include "edge/core/decimal.hpp"
#include "edge/core/error.hpp"
#include "edge/core/id.hpp"
#include "edge/core/time.hpp"
#include "edge/core/uuid.hpp"
#include "edge/storage/schema.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace SQLite {
class Database;
}

namespace edge::storage {

class Connection;
class WriteTransaction;

/// A value whose type is known only when it is bound. Text and blobs must live as long as the Query.
using SqlValue = std::variant<std::nullptr_t, std::int64_t, std::string_view, std::span<const std::uint8_t>>;

/// Of a statement's length and three short pieces, since it is taken at every loan. Statements that agree in those are
/// told apart by comparing them.
struct SqlHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const noexcept;
};
/// Compiled statements that nobody uses at the moment, by their SQL.
using IdleStatements = std::unordered_map<std::string, sqlite3_stmt*, SqlHash, std::equal_to<>>;

/// A prepared statement on loan: bound, stepped and read here, put back idle by the destructor. Text and blobs that
/// are bound must live as long as the Query.
class Query {
public:
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    /// To the next row; false when there is none. Throws on failure.
    bool step();
    /// For statements without rows.
    void run();
    /// Ready to step again, with other values bound.
    template <class... Values>
    Query& rebind(const Values&... values) {
        reset();
        bind_all(values...);
        return *this;
    }
    /// Binds values from a place on (the first is 1), for a statement of many rows that was lent without values.
    template <class... Values>
    void bind_from(std::size_t place, const Values&... values) {
        int index = static_cast<int>(place) - 1;
        (bind(++index, values), ...);
    }

    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] std::string text(int column) const { return std::string(view(column)); }
    /// Valid until the next step.
    [[nodiscard]] std::string_view view(int column) const noexcept;
    [[nodiscard]] std::span<const std::uint8_t> blob(int column) const noexcept;
    [[nodiscard]] Timestamp time(int column) const noexcept {
        return Timestamp(std::chrono::microseconds(integer(column)));
    }
    [[nodiscard]] LocalDate day(int column) const noexcept { return LocalDate(std::chrono::days(integer(column))); }
    [[nodiscard]] Uuid uuid(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const noexcept;
    [[nodiscard]] std::optional<Timestamp> optional_time(int column) const noexcept;
    [[nodiscard]] std::optional<std::string> optional_text(int column) const;
    /// Throws `corrupt_data` if the text is not such a decimal.
    template <class Decimal>
    [[nodiscard]] Decimal decimal(int column) const {
        return Decimal::from_units(decimal_units(column, Decimal::places));
    }
    /// Nothing for NULL, and for a text that is no such decimal: another hand may have written it.
    template <class Decimal>
    [[nodiscard]] std::optional<Decimal> readable_decimal(int column) const {
        if (is_null(column)) return std::nullopt;
        return Decimal::parse(view(column));
    }
    template <class Decimal>
    [[nodiscard]] std::optional<Decimal> optional_decimal(int column) const {
        if (is_null(column)) return std::nullopt;
        return decimal<Decimal>(column);
    }
    [[nodiscard]] int column_count() const noexcept;
    [[nodiscard]] std::string_view column_name(int column) const noexcept;

private:
    friend class Connection;
    Query(Connection& connection, std::string_view sql);

    template <class... Values>
    void bind_all(const Values&... values) {
        bind_from(1, values...);
    }
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view value);
    void bind(int index, std::span<const std::uint8_t> value);
    void bind(int index, std::nullptr_t);
    template <class Integer>
    requires std::is_integral_v<Integer>
    void bind(int index, Integer value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind(int index, Timestamp value) { bind(index, static_cast<std::int64_t>(value.time_since_epoch().count())); }
    void bind(int index, LocalDate value) { bind(index, static_cast<std::int64_t>(value.time_since_epoch().count())); }
    void bind(int index, TimeOfDay value) { bind(index, static_cast<std::int64_t>(value.count())); }
    void bind(int index, const Uuid& value) { bind(index, std::span<const std::uint8_t>(value.bytes())); }
    template <class Tag>
    void bind(int index, Id<Tag> value) {
        bind(index, value.value());
    }
    template <int Places>
    void bind(int index, FixedDecimal<Places> value) {
        bind_copy(index, value.text());
    }
    template <class Value>
    void bind(int index, const std::optional<Value>& value) {
        if (value) {
            bind(index, *value);
        } else {
            bind(index, nullptr);
        }
    }
    void bind_held(int index, const SqlValue& value) {
        std::visit([&](const auto& held) { bind(index, held); }, value);
    }
    void bind_copy(int index, const std::string& value);
    void reset() noexcept;
    [[nodiscard]] std::int64_t decimal_units(int column, int places) const;

    Connection* connection_;
    IdleStatements::node_type loan_;  // the statement and its SQL, taken out of the idle ones
    sqlite3_stmt* statement_;
};

enum class Access { read_write, read_only };

struct OpenOptions {
    Access access = Access::read_write;
    std::chrono::milliseconds lock_timeout{5000};  ///< how long to wait for another writer before `busy`
    std::string vfs{};                             ///< a registered SQLite VFS; empty: the system's
    const Schema* schema = &device_schema();       ///< the kind of file; one of another kind is refused
    std::chrono::milliseconds sale_wait{5};        ///< how long `make_durable` waits for another's durable commit
};

class WriterLock;

/// One open database. For one thread at a time; open another for another thread.
class Connection {
public:
    /// Makes a new file with the newest schema and what `fill` writes into it: all of that, or no file. Throws
    /// `already_exists` if there is one, `not_found` without its folder, `read_only`.
    [[nodiscard]] static Connection create(const std::string& path, const OpenOptions& options = {},
                                           const std::function<void(WriteTransaction&)>& fill = {});
    /// Opens an existing file, and brings its schema up to date if it may be written. A file that cannot be used is
    /// left untouched: `not_found`, `not_a_database` (not ours), `corrupt_data`, `schema_too_new`, `read_only`, `busy`.
    [[nodiscard]] static Connection open(const std::string& path, const OpenOptions& options = {});

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) = delete;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    /// Puts the write-ahead log into the file if no other process is writing.
    ~Connection();

    /// A statement with its values bound. `sql` is compiled once and kept.
    template <class... Values>
    [[nodiscard]] Query query(std::string_view sql, const Values&... values) {
        Query query(*this, sql);
        query.bind_all(values...);
        return query;
    }
    /// The same with values whose number is known only here.
    [[nodiscard]] Query query_with(std::string_view sql, std::span<const SqlValue> values) {
        Query query(*this, sql);
        int index = 0;
        for (const SqlValue& value : values) query.bind_held(++index, value);
        return query;
    }
    /// Runs statements without values, for schema work.
    void execute(const std::string& sql);

    [[nodiscard]] const std::string& path() const noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    [[nodiscard]] std::int64_t last_insert_id() const noexcept;
    /// Rows that the last statement changed.
    [[nodiscard]] std::int64_t changes() const noexcept;
    /// Rows that this connection has changed since it was opened, triggers included.
    [[nodiscard]] std::int64_t total_changes() const noexcept;
    [[nodiscard]] sqlite3* handle() const noexcept;
    /// What any process has committed to the file is on the disk when it returns. Holds no lock, and while others sell
    /// leaves it to their commits, which wait for the disk anyway. Call it before anybody outside is told what a
    /// background transaction did.
    void make_durable();
    /// Lets another thread stop the statement that runs: it throws `cancelled`.
    void interrupt() noexcept;

private:
    friend class Query;
    friend class WriteTransaction;
    friend class ReadTransaction;
    struct State;
    explicit Connection(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What a transaction is for.
enum class Writing {
    durable,     ///< what somebody waits for: on the disk when `commit` returns
    background,  ///< what can be done again: others go first, and it is on the disk after Connection::make_durable, or
                 ///< with the next durable one. After a power cut before that the file is as it was.
};

/// Proof that a write transaction is open. Takes the engine-wide writer lock, begins IMMEDIATE, and rolls back unless
/// committed. Throws `busy` when the lock is not to be had in time.
class WriteTransaction {
public:
    explicit WriteTransaction(Connection& connection, Writing writing = Writing::durable);
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;
    ~WriteTransaction();

    /// Also moves the write-ahead log into the file when that has grown.
    void commit();
    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }

private:
    void end() noexcept;

    Connection* connection_;
    Writing writing_;
    bool open_ = true;
};

/// Several reads of one state of the file.
class ReadTransaction {
public:
    explicit ReadTransaction(Connection& connection);
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;
    ~ReadTransaction();

private:
    Connection* connection_;
};

/// Moves the whole write-ahead log into the file under the writer lock, as far as readers allow.
void checkpoint(Connection& connection);

/// "3.40.1", and whether that version has the WAL-reset fault that the writer lock guards against.
struct SqliteVersion {
    std::string text;
    bool has_wal_reset_fault;
};
[[nodiscard]] SqliteVersion sqlite_version();

/// The newest schema of a seller's file that this program knows.
[[nodiscard]] int newest_schema_version() noexcept;

/// Throws what the connection's last failure was, as `cannot <attempted>: <reason>`.
[[noreturn]] void throw_last_error(sqlite3* handle, const std::string& attempted);

}  // namespace edge::storage
