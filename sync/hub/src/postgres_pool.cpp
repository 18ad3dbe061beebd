#include "postgres_pool.hpp"

#include "edge/core/error.hpp"

namespace edge::hub {

std::unique_ptr<PostgresConnection> PostgresPool::take() {
    {
        std::unique_lock lock(mutex_);
        const bool free = returned_.wait_for(lock, options_.lock_timeout,
                                             [this] { return !idle_.empty() || taken_ < options_.connections; });
        if (!free) {
            throw Error(ErrorCode::busy, "cannot use " + without_password(target_) + ": all " +
                                             std::to_string(options_.connections) + " connections are in use");
        }
        ++taken_;
        if (!idle_.empty()) {
            std::unique_ptr<PostgresConnection> connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    try {
        return std::make_unique<PostgresConnection>(target_, options_);
    } catch (...) {
        put_back(nullptr);
        throw;
    }
}

void PostgresPool::put_back(std::unique_ptr<PostgresConnection> connection) noexcept {
    {
        const std::scoped_lock lock(mutex_);
        --taken_;
        if (connection && connection->is_broken()) {
            idle_.clear();  // the server went away under the others, too
        } else if (connection) {
            idle_.push_back(std::move(connection));
        }
    }
    returned_.notify_one();
}

PostgresTransaction::~PostgresTransaction() {
    if (!open_ || db_->is_broken()) return;
    try {
        db_->queue("ROLLBACK");
        db_->send_and_forget();
    } catch (const Error&) {  // the connection is gone, and the transaction with it
        return;
    }
}

void PostgresTransaction::commit() {
    db_->queue("COMMIT");
    // what ends in failure is rolled back by the server, or by the destructor
    const std::vector<PostgresResult> results = db_->run();
    if (results.back().command() != "COMMIT") {
        throw Error(ErrorCode::internal, "cannot commit on " + db_->target() + ": the transaction had failed before");
    }
    open_ = false;
}

}  // namespace edge::hub
