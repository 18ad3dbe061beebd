#pragma once

#include "postgres_library.hpp"

#include "edge/core/time.hpp"
#include "edge/hub/postgres_store.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edge::hub {

/// PostgreSQL's text holds no zero byte and nothing but UTF-8, which names that arrive may: those, and backslashes, are
/// written as \0, \xHH and \\. `restored_name` undoes it.
[[nodiscard]] std::string storable_name(std::string_view name);
[[nodiscard]] std::string restored_name(std::string_view stored);

/// The values of one statement, in PostgreSQL's binary form, in order of $1, $2 …
class PostgresValues {
public:
    PostgresValues& integer(std::int64_t value);
    PostgresValues& integer(std::optional<std::int64_t> value);
    PostgresValues& instant(Timestamp value) { return integer(value.time_since_epoch().count()); }
    PostgresValues& text(std::string_view value);
    PostgresValues& name(std::string_view value) { return text(storable_name(value)); }
    PostgresValues& blob(std::optional<std::string> value) {
        values_.push_back(std::move(value));
        return *this;
    }
    PostgresValues& integers(std::span<const std::int64_t> values);
    PostgresValues& nullable_integers(std::span<const std::optional<std::int64_t>> values);
    PostgresValues& texts(std::span<const std::string> values);
    /// NULL for what is not there.
    PostgresValues& nullable_texts(std::span<const std::optional<std::string>> values);
    PostgresValues& nullable_blobs(std::span<const std::optional<std::string>> values);

    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] const std::optional<std::string>& at(std::size_t place) const { return values_[place]; }

private:
    std::vector<std::optional<std::string>> values_;
};

/// What a statement gave.
class PostgresResult {
public:
    explicit PostgresResult(PGresult* result) : result_(result, postgres().clear) {}

    /// "COMMIT", "INSERT 0 3" …
    [[nodiscard]] std::string_view command() const noexcept { return postgres().cmd_status(result_.get()); }
    [[nodiscard]] int size() const noexcept { return postgres().ntuples(result_.get()); }
    [[nodiscard]] bool is_null(int row, int column) const noexcept {
        return postgres().getisnull(result_.get(), row, column) != 0;
    }
    [[nodiscard]] std::int64_t integer(int row, int column) const;
    [[nodiscard]] Timestamp time(int row, int column) const {
        return Timestamp(std::chrono::microseconds(integer(row, column)));
    }
    [[nodiscard]] bool boolean(int row, int column) const {
        return *postgres().getvalue(result_.get(), row, column) != 0;
    }
    [[nodiscard]] std::string_view view(int row, int column) const noexcept;
    [[nodiscard]] std::string text(int row, int column) const { return std::string(view(row, column)); }
    [[nodiscard]] std::string name(int row, int column) const { return restored_name(view(row, column)); }

private:
    std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

/// A connection in pipeline mode: statements are queued, and one round trip runs them all.
class PostgresConnection {
public:
    PostgresConnection(const std::string& target, const PostgresStoreOptions& options);

    /// Prepares the statement at its first use. All of a statement's parameters have the types that it casts them to.
    void queue(std::string_view sql, const PostgresValues& values = {});
    /// Runs what is queued. The results in its order. Throws the first failure.
    std::vector<PostgresResult> run();
    /// The last of them.
    PostgresResult run(std::string_view sql, const PostgresValues& values = {});
    /// Sends what is queued and does not wait; what comes of it is read with the next `run`.
    void send_and_forget();
    /// Runs a script of several statements without values.
    void run_script(const std::string& sql);

    [[nodiscard]] bool is_broken() const noexcept;
    [[nodiscard]] int server_version() const noexcept { return postgres().server_version(connection_.get()); }
    [[nodiscard]] const std::string& target() const noexcept { return shown_target_; }

private:
    struct Awaited {
        bool wanted = false;     ///< a result that the caller asked for
        std::string statement;   ///< that this prepares
        bool forgotten = false;  ///< its failure concerns nobody
        bool sync = false;
    };

    void check_sent(int sent);
    void flush();
    [[nodiscard]] PGresult* next_result();
    [[noreturn]] void fail(const PGresult* result, std::string_view attempted);
    [[noreturn]] void fail_lost();

    std::string shown_target_;
    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
    std::unordered_map<std::string, std::string> prepared_;  ///< statement names by SQL
    std::deque<Awaited> awaited_;
    std::size_t next_name_ = 1;
};

}  // namespace edge::hub
