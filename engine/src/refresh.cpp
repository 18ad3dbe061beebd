#include "engine_state.hpp"
#include "refresh_run.hpp"
#include "refresh_worker.hpp"

#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

namespace edge {

using storage::WriteTransaction;

std::int64_t Engine::close_windows(SellerId seller) {
    WriteTransaction write(state_->db);
    const std::int64_t closed = RefreshRun(*state_, write).close_windows(seller);
    write.commit();
    return closed;
}

RefreshReport Engine::refresh(SellerId seller) {
    const auto began = std::chrono::steady_clock::now();
    WriteTransaction write(state_->db);
    RefreshReport report = RefreshRun(*state_, write).refresh(seller);
    write.commit();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    state_->log(LogLevel::debug,
                fmt::format("refreshed seller {}: {} bundles, {} points, {} forecasts in {} us", seller.value(),
                            report.bundles_recounted, report.points_written, report.forecasts_written, took.count()));
    return report;
}

RefreshReport Engine::rebuild(SellerId seller) {
    WriteTransaction write(state_->db);
    RefreshRun run(*state_, write);
    run.forget_history();
    RefreshReport report = run.rebuild(seller);
    write.commit();
    return report;
}

void Engine::refresh_async(SellerId seller, std::function<void(const RefreshReport&, const Error*)> done) {
    static_cast<void>(storage::get_seller(state_->db, seller));
    if (!state_->worker) state_->worker = std::make_unique<RefreshWorker>(state_->db.path(), state_->options);
    state_->worker->request(seller, std::move(done));
}

void Engine::wait_for_refreshes() {
    if (state_->worker) state_->worker->wait_until_idle();
}

}  // namespace edge
