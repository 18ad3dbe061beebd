#include "postgres_connection.hpp"

#include "edge/hub/transaction_lost.hpp"
#include "edge/protocol/value.hpp"

#include <poll.h>

#include <array>
#include <bit>
#include <cstring>

namespace edge::hub {
namespace {

constexpr int binary = 1;
constexpr std::array<char, 17> hex_digits{"0123456789abcdef"};

// object ids of PostgreSQL's built-in types, which never change
constexpr std::uint32_t bytea_type = 17;
constexpr std::uint32_t int8_type = 20;
constexpr std::uint32_t text_type = 25;

template <class Unsigned>
void append_number(std::string& bytes, Unsigned value) {
    for (int shift = static_cast<int>(sizeof(Unsigned) - 1) * 8; shift >= 0; shift -= 8) {
        bytes += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
    }
}

std::string integer_bytes(std::int64_t value) {
    std::string bytes;
    append_number(bytes, static_cast<std::uint64_t>(value));
    return bytes;
}

/// The head of an array of one dimension.
std::string array_head(std::uint32_t type, std::size_t length, bool has_nulls) {
    std::string bytes;
    append_number(bytes, std::uint32_t{length == 0 ? 0U : 1U});
    append_number(bytes, std::uint32_t{has_nulls ? 1U : 0U});
    append_number(bytes, type);
    if (length == 0) return bytes;
    append_number(bytes, static_cast<std::uint32_t>(length));
    append_number(bytes, std::uint32_t{1});
    return bytes;
}

void append_element(std::string& bytes, std::string_view element) {
    append_number(bytes, static_cast<std::uint32_t>(element.size()));
    bytes += element;
}

void append_null(std::string& bytes) { append_number(bytes, ~std::uint32_t{0}); }

std::string optional_array(std::uint32_t type, std::span<const std::optional<std::string>> values) {
    std::string bytes = array_head(type, values.size(), true);
    for (const std::optional<std::string>& value : values) {
        if (value) {
            append_element(bytes, *value);
        } else {
            append_null(bytes);
        }
    }
    return bytes;
}

int hex_value(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

bool needs_escape(std::string_view name) {
    return name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos ||
           !protocol::is_utf8(name);
}

ErrorCode code_of_state(std::string_view state) {
    const std::string_view group = state.substr(0, 2);
    if (state == "53100") return ErrorCode::disk_full;
    if (group == "28" || state == "42501") return ErrorCode::refused;
    if (state == "3D000") return ErrorCode::not_found;
    if (state == "42P01" || state == "3F000" || state == "42703") return ErrorCode::not_a_database;
    if (state == "25006") return ErrorCode::read_only;
    if (group == "XX" || group == "58") return ErrorCode::io_failure;
    // 08 connection, 53 resources, 55P03 a lock, 57 the server stops or a statement took too long
    if (group == "08" || group == "53" || group == "55" || group == "57") return ErrorCode::busy;
    return ErrorCode::internal;
}

std::string trimmed(const char* text) {
    std::string line = text == nullptr ? "" : text;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    for (char& c : line) {
        if (c == '\n') c = ' ';
    }
    return line;
}

std::string begin_of(std::string_view sql) {
    constexpr std::size_t enough = 60;
    return std::string(sql.substr(0, enough));
}

/// Every statement finds its rows by keys, a few dozen at a time, and must do so however little the planner knows of a
/// seller, and however empty the tables were when it made its plan: whole sellers, and whole tables, are not to be
/// read. Plans are made once, for any seller. A forbidden way costs so much on paper that compiling it would seem worth
/// while.
constexpr std::string_view by_keys =
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c enable_material=off -c enable_indexonlyscan=off -c jit=off";

/// What a connection is opened with besides the target.
PGconn* connect(const std::string& target, const PostgresStoreOptions& options) {
    const std::string timeout = std::to_string(options.connect_timeout.count());
    const std::string session = "-c lock_timeout=" + std::to_string(options.lock_timeout.count()) +
                                " -c statement_timeout=" + std::to_string(options.statement_timeout.count()) +
                                " -c client_min_messages=error" + std::string(by_keys);
    const std::array<const char*, 7> names{"dbname",          "connect_timeout",  "options", "application_name",
                                           "client_encoding", "tcp_user_timeout", nullptr};
    const std::array<const char*, 7> values{target.c_str(), timeout.c_str(), session.c_str(), "edge-analytics hub",
                                            "UTF8",         "30000",         nullptr};
    return postgres().connectdb_params(names.data(), values.data(), 1);
}

[[noreturn]] void fail_to_connect(PGconn* connection, const std::string& shown) {
    const std::string reason = trimmed(postgres().error_message(connection));
    const std::string what = "cannot connect to " + shown + ": " + reason;
    if (reason.find("does not exist") != std::string::npos && reason.find("database") != std::string::npos) {
        throw Error(ErrorCode::not_found, what, {}, "create the database with createdb, then run hub init");
    }
    if (reason.find("authentication") != std::string::npos || reason.find("password") != std::string::npos ||
        reason.find("role") != std::string::npos || reason.find("pg_hba") != std::string::npos) {
        throw Error(ErrorCode::refused, what, {},
                    "name the user in the address and its password in the file that PGPASSFILE names");
    }
    throw Error(ErrorCode::offline, what, {}, "start the server, or correct the address given with --store");
}

}  // namespace

std::string storable_name(std::string_view name) {
    if (!needs_escape(name)) return std::string(name);
    const bool utf8 = protocol::is_utf8(name);
    std::string stored;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            stored += "\\\\";
        } else if (c == '\0') {
            stored += "\\0";
        } else if (!utf8 && byte >= 0x80U) {
            stored += "\\x";
            stored += hex_digits[byte >> 4U];
            stored += hex_digits[byte & 0xFU];
        } else {
            stored += c;
        }
    }
    return stored;
}

std::string restored_name(std::string_view stored) {
    if (stored.find('\\') == std::string_view::npos) return std::string(stored);
    std::string name;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (stored[i] != '\\' || i + 1 == stored.size()) {
            name += stored[i];
            continue;
        }
        ++i;
        if (stored[i] == '0') {
            name += '\0';
        } else if (stored[i] == 'x' && i + 2 < stored.size()) {
            name += static_cast<char>(hex_value(stored[i + 1]) * 16 + hex_value(stored[i + 2]));
            i += 2;
        } else {
            name += stored[i];
        }
    }
    return name;
}

PostgresValues& PostgresValues::integer(std::int64_t value) {
    values_.emplace_back(integer_bytes(value));
    return *this;
}

PostgresValues& PostgresValues::integer(std::optional<std::int64_t> value) {
    if (value) return integer(*value);
    values_.emplace_back();
    return *this;
}

PostgresValues& PostgresValues::text(std::string_view value) {
    values_.emplace_back(value);
    return *this;
}

PostgresValues& PostgresValues::integers(std::span<const std::int64_t> values) {
    std::string bytes = array_head(int8_type, values.size(), false);
    for (const std::int64_t value : values) append_element(bytes, integer_bytes(value));
    values_.emplace_back(std::move(bytes));
    return *this;
}

PostgresValues& PostgresValues::nullable_integers(std::span<const std::optional<std::int64_t>> values) {
    std::string bytes = array_head(int8_type, values.size(), true);
    for (const std::optional<std::int64_t>& value : values) {
        if (value) {
            append_element(bytes, integer_bytes(*value));
        } else {
            append_null(bytes);
        }
    }
    values_.emplace_back(std::move(bytes));
    return *this;
}

PostgresValues& PostgresValues::texts(std::span<const std::string> values) {
    std::string bytes = array_head(text_type, values.size(), false);
    for (const std::string& value : values) append_element(bytes, value);
    values_.emplace_back(std::move(bytes));
    return *this;
}

PostgresValues& PostgresValues::nullable_texts(std::span<const std::optional<std::string>> values) {
    values_.emplace_back(optional_array(text_type, values));
    return *this;
}

PostgresValues& PostgresValues::nullable_blobs(std::span<const std::optional<std::string>> values) {
    values_.emplace_back(optional_array(bytea_type, values));
    return *this;
}

std::int64_t PostgresResult::integer(int row, int column) const {
    const std::string_view bytes = view(row, column);
    std::uint64_t value = 0;
    for (const char byte : bytes) value = (value << 8U) | static_cast<unsigned char>(byte);
    if (bytes.size() == 2) return static_cast<std::int16_t>(value);
    if (bytes.size() == 4) return static_cast<std::int32_t>(value);
    return static_cast<std::int64_t>(value);
}

std::string_view PostgresResult::view(int row, int column) const noexcept {
    return {postgres().getvalue(result_.get(), row, column),
            static_cast<std::size_t>(postgres().getlength(result_.get(), row, column))};
}

PostgresConnection::PostgresConnection(const std::string& target, const PostgresStoreOptions& options)
    : shown_target_(without_password(target)), connection_(connect(target, options), postgres().finish) {
    PGconn* connection = connection_.get();
    if (postgres().status(connection) != CONNECTION_OK) fail_to_connect(connection, shown_target_);
    postgres().set_notice_processor(
        connection, [](void*, const char*) {}, nullptr);
    if (postgres().setnonblocking(connection, 1) != 0 || postgres().enter_pipeline_mode(connection) != 1) fail_lost();
}

bool PostgresConnection::is_broken() const noexcept { return postgres().status(connection_.get()) != CONNECTION_OK; }

void PostgresConnection::fail_lost() {
    throw TransactionLost("lost the connection to " + shown_target_ + ": " +
                          trimmed(postgres().error_message(connection_.get())));
}

void PostgresConnection::check_sent(int sent) {
    if (sent != 1) fail_lost();
}

void PostgresConnection::queue(std::string_view sql, const PostgresValues& values) {
    PGconn* connection = connection_.get();
    const std::string text(sql);
    auto [found, is_new] = prepared_.try_emplace(text, std::string());
    if (is_new) {
        found->second = "s" + std::to_string(next_name_++);
        check_sent(postgres().send_prepare(connection, found->second.c_str(), text.c_str(), 0, nullptr));
        awaited_.push_back({.wanted = false, .statement = text});
    }
    std::vector<const char*> data;
    std::vector<int> lengths;
    const std::vector<int> formats(values.size(), binary);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::optional<std::string>& value = values.at(i);
        data.push_back(value ? value->data() : nullptr);
        lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    }
    check_sent(postgres().send_query_prepared(connection, found->second.c_str(), static_cast<int>(values.size()),
                                              data.data(), lengths.data(), formats.data(), binary));
    awaited_.push_back({.wanted = true, .statement = text});
}

void PostgresConnection::flush() {
    PGconn* connection = connection_.get();
    while (true) {
        const int left = postgres().flush(connection);
        if (left == 0) return;
        if (left < 0) fail_lost();
        // the server may have to get rid of answers before it reads on
        pollfd socket{.fd = postgres().socket(connection), .events = POLLIN | POLLOUT, .revents = 0};
        ::poll(&socket, 1, -1);
        if ((socket.revents & POLLIN) != 0 && postgres().consume_input(connection) != 1) fail_lost();
    }
}

PGresult* PostgresConnection::next_result() {
    PGresult* result = postgres().get_result(connection_.get());
    if (result == nullptr && is_broken()) fail_lost();
    return result;
}

void PostgresConnection::fail(const PGresult* result, std::string_view attempted) {
    const char* field = postgres().result_error_field(result, PG_DIAG_SQLSTATE);
    const std::string state = field == nullptr ? "" : field;
    const char* primary = postgres().result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
    // what libpq itself finds wrong has no fields
    const std::string reason = trimmed(primary != nullptr ? primary : postgres().error_message(connection_.get()));
    const std::string what = "cannot run " + begin_of(attempted) + "… on " + shown_target_ + ": " + reason +
                             (state.empty() ? std::string() : " (" + state + ")");
    const char* schema = postgres().result_error_field(result, PG_DIAG_SCHEMA_NAME);
    const bool own = schema == nullptr || std::string_view(schema) == "edge";
    if (!own && state.starts_with("23")) {
        const auto name = [&](int field_code) {
            const char* text = postgres().result_error_field(result, field_code);
            return std::string(text == nullptr ? "" : text);
        };
        const std::string constraint = name(PG_DIAG_CONSTRAINT_NAME);
        const std::string broken = state == "23502"   ? "the column " + name(PG_DIAG_COLUMN_NAME) + " must be filled"
                                   : state == "23505" ? "the unique index " + constraint
                                                      : "the constraint " + constraint;
        // a row that refers to one which is gone is no rule's matter
        throw ForeignConstraint(
            what, state == "23503" ? std::string() : "in the table " + name(PG_DIAG_TABLE_NAME) + ", " + broken,
            state == "23505" ? constraint : std::string());
    }
    // serialisation failure, deadlock, the server stops, the connection is gone
    if (state == "40001" || state == "40P01" || state.starts_with("57P") || state.empty()) throw TransactionLost(what);
    throw Error(code_of_state(state), what);
}

std::vector<PostgresResult> PostgresConnection::run() {
    check_sent(postgres().pipeline_sync(connection_.get()));
    awaited_.push_back({.sync = true});
    flush();
    std::vector<PostgresResult> results;
    std::unique_ptr<PGresult, void (*)(PGresult*)> failed(nullptr, postgres().clear);
    std::string failed_statement;
    while (!awaited_.empty()) {
        const Awaited awaited = std::move(awaited_.front());
        awaited_.pop_front();
        std::unique_ptr<PGresult, void (*)(PGresult*)> result(next_result(), postgres().clear);
        const ExecStatusType status = postgres().result_status(result.get());
        if (awaited.sync) {  // ends its group, without an end of its own
            if (status != PGRES_PIPELINE_SYNC && !failed) fail_lost();
            continue;
        }
        while (PGresult* rest = next_result()) postgres().clear(rest);
        const bool succeeded = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
        if (!succeeded && !awaited.wanted) prepared_.erase(awaited.statement);
        if (succeeded && awaited.wanted && !awaited.forgotten) results.emplace_back(result.release());
        if (!succeeded && !failed && !awaited.forgotten && status != PGRES_PIPELINE_ABORTED) {
            failed = std::move(result);
            failed_statement = awaited.statement;
        }
    }
    if (failed) fail(failed.get(), failed_statement);
    return results;
}

PostgresResult PostgresConnection::run(std::string_view sql, const PostgresValues& values) {
    queue(sql, values);
    std::vector<PostgresResult> results = run();
    return std::move(results.back());
}

void PostgresConnection::send_and_forget() {
    check_sent(postgres().pipeline_sync(connection_.get()));
    awaited_.push_back({.sync = true});
    for (Awaited& awaited : awaited_) awaited.forgotten = true;
    flush();
}

void PostgresConnection::run_script(const std::string& sql) {
    static_cast<void>(run());
    PGconn* connection = connection_.get();
    if (postgres().exit_pipeline_mode(connection) != 1) fail_lost();
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(postgres().exec(connection, sql.c_str()),
                                                                postgres().clear);
    const ExecStatusType status = postgres().result_status(result.get());
    if (postgres().enter_pipeline_mode(connection) != 1) fail_lost();
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get(), sql);
}

}  // namespace edge::hub
