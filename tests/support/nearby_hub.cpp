#include "support/nearby_hub.hpp"

#include "edge/hub/repair.hpp"
#include "edge/hub/snapshot.hpp"
#include "edge/hub/sqlite_store.hpp"
#include "edge/transport/gzip.hpp"
#include "edge/transport/snapshot_chunk.hpp"

#include <filesystem>

namespace edge::test {

NearbyHub::NearbyHub(std::string path, const std::string& vfs)
    : path_(std::move(path)),
      store_(std::filesystem::exists(path_) ? hub::open_sqlite_store(path_, {.vfs = vfs})
                                            : hub::create_sqlite_store(path_, {.vfs = vfs})) {}

HubExchange NearbyHub::exchange() {
    return [this](const HubRequest& request) {
        bodies.push_back(request.body);
        HubAnswer answer = network ? network(request) : deliver(request);
        const bool small = request.body.size() < transport::identity_below;
        answer.bytes_sent =
            static_cast<std::int64_t>(small ? request.body.size() : transport::gzip(request.body).size());
        answer.bytes_received = static_cast<std::int64_t>(answer.body.size());
        return answer;
    };
}

HubAnswer NearbyHub::give_chunk(const HubRequest& request) {
    const std::optional<hub::SnapshotRequest> asked =
        hub::read_snapshot_request(request.path.substr(request.path.find('?') + 1));
    if (!asked) return answer_of(400, "{}");
    const protocol::Decoded<protocol::SnapshotChunk> chunk = hub::snapshot_chunk(*store_, *asked, chunk_bytes);
    if (!chunk) return answer_of(chunk.problem().status, protocol::encode(chunk.problem()));
    HubAnswer answer = answer_of(200, transport::pack(*chunk));
    const std::string etag = '"' + protocol::name_of_frame(answer.body) + '"';
    answer.headers = {{"etag", etag}};
    std::size_t first = 0;
    bool same = false;
    for (const auto& [name, value] : request.headers) {
        if (name == "Range") first = std::stoul(value.substr(value.find('=') + 1));
        if (name == "If-Range") same = value == etag;
    }
    if (!same || first == 0 || first >= answer.body.size()) return answer;
    const std::string size = std::to_string(answer.body.size());
    answer.headers.emplace_back(
        "content-range", "bytes " + std::to_string(first) + "-" + std::to_string(answer.body.size() - 1) + "/" + size);
    answer.body.erase(0, first);
    answer.status = 206;
    return answer;
}

HubAnswer NearbyHub::give_changes(const HubRequest& request) {
    const auto value = [&](const std::string& name) {
        const std::size_t begin = request.path.find(name + "=") + name.size() + 1;
        return request.path.substr(begin, request.path.find('&', begin) - begin);
    };
    const protocol::Decoded<hub::IntakeResult> result = hub::take_parts(
        *store_,
        {.seller = value("seller"), .replica = value("replica"), .seen = std::stoll(value("seen")), .extra = {}}, {},
        now);
    if (result) return answer_of(200, protocol::encode(result->ack));
    return answer_of(result.problem().status, protocol::encode(result.problem()));
}

HubAnswer NearbyHub::deliver(const HubRequest& request) {
    if (request.path.starts_with(protocol::snapshot_path)) return give_chunk(request);
    if (request.path.starts_with(protocol::pull_path)) return give_changes(request);
    if (request.path == protocol::repair_path) {
        const protocol::Decoded<protocol::RepairAnswer> answer = hub::answer_repair(*store_, request.body, {});
        if (answer) return answer_of(200, protocol::encode(*answer));
        return answer_of(answer.problem().status, protocol::encode(answer.problem()));
    }
    const protocol::Decoded<hub::IntakeResult> result = hub::take_request(*store_, request.body, now);
    if (result) return answer_of(200, protocol::encode(result->ack));
    return answer_of(result.problem().status, protocol::encode(result.problem()));
}

std::vector<std::string> NearbyHub::rows(const std::string& seller) { return hub::dump(*store_, seller); }

void NearbyHub::restore(const std::string& backup) {
    store_.reset();
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
    std::filesystem::copy_file(backup, path_, std::filesystem::copy_options::overwrite_existing);
    store_ = hub::open_sqlite_store(path_);
    store_->declare_restored();
}

HubAnswer no_answer(const std::string& failure) {
    HubAnswer answer;
    answer.failure = failure;
    return answer;
}

HubAnswer answer_of(int status, const std::string& body) {
    HubAnswer answer;
    answer.status = status;
    answer.body = body;
    return answer;
}

}  // namespace edge::test
