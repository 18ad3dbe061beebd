#include "edge/core/error.hpp"
#include "edge/hub/intake.hpp"
#include "edge/protocol/segment.hpp"
#include "edge/transport/bundle_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace edge::hub {

using protocol::Decoded;

namespace {

/// As much as a device sends in one request.
constexpr std::size_t batch_bytes = std::size_t{1} << 20U;

/// Hands a file's parts over in batches, and joins the answers.
class FileIntake {
public:
    FileIntake(HubStore& store, Timestamp now, const IntakeOptions& options)
        : store_(&store), now_(now), options_(options) {
        options_.pull_bytes = 0;  // rows go down by the network alone
    }

    void begin(const protocol::BundleFileHeader& header) {
        header_.seller = header.seller;
        header_.replica = header.replica;
        header_.letters = header.letters;
    }
    void add(std::string_view part) {
        if (!parts_.empty() && (bytes_ + part.size() > batch_bytes || parts_.size() >= options_.limits.request_parts))
            send();
        bytes_ += part.size();
        parts_.emplace_back(part);
        note(part);
    }
    /// The joined answer; a Problem if the hub could read nothing of the file.
    [[nodiscard]] Decoded<protocol::Ack> finish() {
        if (!parts_.empty() || (!ack_ && !problem_)) send();
        if (!ack_) return *problem_;
        ack_->outcomes = std::move(outcomes_);
        ack_->letters = std::move(letters_);
        for (protocol::LaneAck& lane : ack_->lanes) {
            limit_to_file(lane);
            const auto problem = lane_problems_.find({.epoch = lane.epoch, .lane = lane.lane});
            if (!lane.problem && problem != lane_problems_.end()) lane.problem = problem->second;
        }
        return *std::move(ack_);
    }

private:
    void note(std::string_view bytes) {
        const Decoded<protocol::Segment> part = protocol::decode_segment(bytes, options_.limits);
        if (!part || part->part != part->parts) return;
        Last& last = last_[{.epoch = part->epoch, .lane = part->lane}];
        if (part->seq >= last.seq) last = {.seq = part->seq, .hash = protocol::part_hash(bytes)};
    }
    /// A receipt tells what became of the changes in its file; of others that the hub has applied by now it must not
    /// speak, since their outcomes are not in it.
    void limit_to_file(protocol::LaneAck& lane) const {
        const auto last = last_.find({.epoch = lane.epoch, .lane = lane.lane});
        if (last == last_.end() || lane.applied <= last->second.seq) return;
        lane.applied = last->second.seq;
        lane.durable = std::min(lane.durable, lane.applied);
        lane.head = last->second.hash;
    }

    void send() {
        if (!take({parts_.begin(), parts_.end()})) {
            // one by one, so that only the part that cannot be read is left out; its lane then shows a gap
            for (const std::string& part : parts_) take({part});
        }
        parts_.clear();
        bytes_ = 0;
    }

    bool take(const std::vector<std::string_view>& parts) {
        Decoded<IntakeResult> result = take_parts(*store_, header_, parts, now_, options_);
        if (!result) {
            problem_ = result.problem();
            return false;
        }
        const std::vector<protocol::ChangeOutcome>& outcomes = result->ack.outcomes;
        outcomes_.insert(outcomes_.end(), outcomes.begin(), outcomes.end());
        for (const protocol::LaneAck& lane : result->ack.lanes) {
            if (lane.problem) lane_problems_.emplace(LaneId{.epoch = lane.epoch, .lane = lane.lane}, *lane.problem);
        }
        ack_ = std::move((*result).ack);
        letters_.insert(letters_.end(), ack_->letters.begin(), ack_->letters.end());
        header_.letters.clear();  // told once, as by the network
        return true;
    }

    /// A file's last segment of a lane.
    struct Last {
        std::int64_t seq = 0;
        std::string hash;  ///< of its last part
    };

    HubStore* store_;
    Timestamp now_;
    IntakeOptions options_;
    protocol::SyncHeader header_;
    std::vector<std::string> parts_;
    std::size_t bytes_ = 0;
    std::vector<protocol::ChangeOutcome> outcomes_;
    std::vector<protocol::LetterMark> letters_;  ///< as they are at the hub
    std::map<LaneId, Last> last_;
    std::map<LaneId, protocol::Problem> lane_problems_;  ///< the first of each lane
    std::optional<protocol::Ack> ack_;
    std::optional<protocol::Problem> problem_;
};

Error damaged(const std::filesystem::path& file, const protocol::Problem& problem) {
    return Error(ErrorCode::corrupt_data, "cannot import " + file.string() + ": " + problem.detail,
                 {{"reason", problem.reason}}, "export it again; nothing of it was taken");
}

}  // namespace

protocol::Receipt import_bundle_file(HubStore& store, const std::filesystem::path& file, Timestamp now,
                                     const IntakeOptions& options) {
    const Decoded<protocol::BundleFileSummary> whole = transport::check_bundle_file(file, options.limits);
    if (!whole) throw damaged(file, whole.problem());
    FileIntake intake(store, now, options);
    protocol::Receipt receipt;
    const Decoded<protocol::BundleFileSummary> read =
        transport::read_bundle_file(file,
                                    {.header =
                                         [&](const protocol::BundleFileHeader& header) {
                                             receipt.seller = header.seller;
                                             receipt.replica = header.replica;
                                             intake.begin(header);
                                         },
                                     .part = [&](std::string_view part) { intake.add(part); }},
                                    options.limits);
    if (!read) throw damaged(file, read.problem());
    Decoded<protocol::Ack> ack = intake.finish();
    if (!ack) {
        throw Error(ErrorCode::refused, "cannot import " + file.string() + ": " + ack.problem().detail,
                    {{"reason", ack.problem().reason}});
    }
    receipt.file = read->sha256;
    receipt.created_at = format_timestamp(now);
    receipt.ack = *std::move(ack);
    return receipt;
}

}  // namespace edge::hub
