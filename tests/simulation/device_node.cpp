#include "simulation/device_node.hpp"

#include "simulation/violation.hpp"
#include "support/database_dump.hpp"
#include "support/synced_rows.hpp"

namespace edge::simulation {

DeviceNode::DeviceNode(std::string its_name, const std::string& path, const std::string& bytes,
                       const Timestamp& world_now, std::chrono::minutes its_skew, std::uint64_t seed)
    : name(std::move(its_name)),
      skew(its_skew),
      world_now_(world_now),
      disk_(path),
      random_(std::make_shared<Dice>(seed)) {
    options_.clock = [this] { return now(); };
    options_.random = [random = random_](std::uint8_t* bytes_to_fill, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) bytes_to_fill[i] = static_cast<std::uint8_t>(random->next());
    };
    options_.vfs = disk_.vfs();
    disk_.replace(bytes);
    open();
    model = written_rows(rows());
    const SyncStatusReport status = engine_->sync_status();
    seller = status.seller;
    replica = status.replica;
}

DeviceNode::~DeviceNode() { disk_.stop(); }

void DeviceNode::open() {
    engine_ = std::make_unique<Engine>(Engine::open(disk_.path(), options_));
    const std::vector<std::string> triggers =
        test::select_column(disk_.path(), "SELECT sql FROM sqlite_schema WHERE type = 'trigger'");
    if (triggers_ == 0) triggers_ = triggers.size();
    require(triggers.size() == triggers_ && triggers_ > 0, "I24", name + " has lost triggers of its journal");
}

Engine DeviceNode::second_process() const { return Engine::open(disk_.path(), options_); }

void DeviceNode::restart(bool power, std::uint64_t dice) {
    disk_.stop();
    engine_.reset();
    disk_.end(power, dice);
    open();
    settle();
}

void DeviceNode::settle() {
    const Rows found = written_rows(rows());
    if (found != model && !limbo_.empty() && explains(limbo_, model, found)) model = found;
    limbo_.clear();
    const std::string difference = first_difference(model, found);
    require(difference.empty(), "I1", name + " after a restart: " + difference);
}

bool DeviceNode::finish(const Fault& fault, std::uint64_t dice) {
    const bool failed = disk_.disarm();
    if (failed && (fault.kind == FaultKind::killed || fault.kind == FaultKind::power_cut))
        restart(fault.kind == FaultKind::power_cut, dice);
    return failed;
}

void DeviceNode::take_image() { image_ = Image{.bytes = disk_.image(), .model = model}; }

void DeviceNode::restore_image() {
    engine_.reset();
    disk_.replace(image_->bytes);
    model = image_->model;
    limbo_.clear();
    is_forked = true;
    open();
}

Rows DeviceNode::rows() const { return parse_rows(test::synced_rows(disk_.path())); }

void DeviceNode::check_rows() {
    const std::string difference = first_difference(model, written_rows(rows()));
    require(difference.empty(), "I1", name + " does not hold what was written: " + difference);
}

bool is_refusal(const Error& error) {
    const ErrorCode code = error.code();
    return code >= ErrorCode::sold_out || code == ErrorCode::invalid_argument || code == ErrorCode::not_found ||
           code == ErrorCode::conflict;
}

bool is_disk_failure(const Error& error) {
    return error.code() == ErrorCode::io_failure || error.code() == ErrorCode::disk_full;
}

void report_unexpected(const DeviceNode& device, const Error& error) {
    throw Violation("engine", device.name + ": unexpected " + std::string(name_of(error.code())) + ": " + error.what());
}

}  // namespace edge::simulation
