#pragma once

#include "edge/core/time.hpp"
#include "edge/engine_types.hpp"
#include "edge/hub/intake.hpp"
#include "edge/hub/store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace edge::test {

/// A real hub on a file, reached by function calls instead of sockets.
class NearbyHub {
public:
    /// Opens the hub's file, or makes it.
    explicit NearbyHub(std::string path, const std::string& vfs = {});

    /// For SyncOptions::exchange; the hub must outlive it. Counts bytes as HTTP would send them.
    [[nodiscard]] HubExchange exchange();
    /// Takes a request as the network would deliver it.
    HubAnswer deliver(const HubRequest& request);
    /// Its rows of a seller, one line a row.
    [[nodiscard]] std::vector<std::string> rows(const std::string& seller);
    [[nodiscard]] hub::HubStore& store() { return *store_; }
    /// Puts the hub's file back to a copy made earlier, as after a disaster.
    void restore(const std::string& backup);

    /// Of the rows in a snapshot's chunk.
    std::size_t chunk_bytes = 1U << 20U;
    Timestamp now = Timestamp(std::chrono::seconds(1'764'000'000));
    /// Bodies as they were sent, in order, delivered or not.
    std::vector<std::string> bodies;
    /// Asked for each request; empty: every request is delivered and answered.
    std::function<HubAnswer(const HubRequest&)> network;

private:
    [[nodiscard]] HubAnswer give_chunk(const HubRequest& request);
    [[nodiscard]] HubAnswer give_changes(const HubRequest& request);

    std::string path_;
    std::unique_ptr<hub::HubStore> store_;
};

/// No answer came, for this reason.
[[nodiscard]] HubAnswer no_answer(const std::string& failure = "cannot_connect: connection refused");
[[nodiscard]] HubAnswer answer_of(int status, const std::string& body);

}  // namespace edge::test
