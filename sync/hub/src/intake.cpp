#include "edge/hub/intake.hpp"

#include "applied_at.hpp"
#include "apply.hpp"
#include "durable.hpp"
#include "expectation.hpp"
#include "letters.hpp"
#include "pull.hpp"

#include "edge/core/error.hpp"
#include "edge/core/planted_bugs.hpp"
#include "edge/hub/transaction_lost.hpp"
#include "edge/protocol/segment.hpp"
#include "edge/protocol/snapshot.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace edge::hub {

using protocol::Decoded;
using protocol::LaneAck;
using protocol::LaneCursor;
using protocol::PartPlace;
using protocol::PartVerdict;
using protocol::Problem;
using protocol::Segment;

namespace {

/// Replicas and sellers are named by ids, which are short.
constexpr std::size_t longest_name = 64;

/// Begins anew what was lost to another transaction, or with its connection.
template <class Act>
auto with_retries(HubStore& store, std::string_view seller, Act act) {
    constexpr int attempts = 4;
    for (int attempt = 1;; ++attempt) {
        try {
            return act();
        } catch (const ForeignConstraint& broken) {
            store.doubt(seller, broken);
            if (attempt == attempts) throw;
        } catch (const TransactionLost&) {
            if (attempt == attempts) throw;
        }
    }
}

struct ArrivedPart {
    PartId id;
    PartPlace place;
    Segment segment;
    std::string_view bytes;
};

std::optional<Problem> check_header(const protocol::SyncHeader& header) {
    for (const std::string* name : {&header.seller, &header.replica}) {
        if (name->empty() || name->size() > longest_name) {
            return protocol::make_problem(protocol::ProblemClass::bug, protocol::reason::wrong_shape,
                                          "seller and replica must have 1 to 64 bytes");
        }
    }
    return std::nullopt;
}

Decoded<ArrivedPart> read_part(const protocol::SyncHeader& header, std::string_view bytes, std::size_t index,
                               const protocol::Limits& limits) {
    const std::string where = "part " + std::to_string(index + 1) + " of the request: ";
    Decoded<Segment> segment = protocol::decode_segment(bytes, limits);
    if (!segment) {
        Problem problem = segment.problem();
        problem.detail.insert(0, where);
        return problem;
    }
    if (segment->seller != header.seller || segment->replica != header.replica) {
        return protocol::make_problem(protocol::ProblemClass::bug, protocol::reason::wrong_seller,
                                      where + "it belongs to another seller or replica than the request");
    }
    ArrivedPart part;
    part.id = {.lane = {.epoch = segment->epoch, .lane = segment->lane}, .seq = segment->seq, .part = segment->part};
    part.place = protocol::place_of(*segment, bytes);
    part.segment = *std::move(segment);
    part.bytes = bytes;
    return part;
}

Decoded<std::vector<ArrivedPart>> read_parts(const protocol::SyncHeader& header,
                                             const std::vector<std::string_view>& parts,
                                             const protocol::Limits& limits) {
    std::vector<ArrivedPart> arrived;
    arrived.reserve(parts.size());
    for (const std::string_view bytes : parts) {
        Decoded<ArrivedPart> part = read_part(header, bytes, arrived.size(), limits);
        if (!part) return part.problem();
        arrived.push_back(*std::move(part));
    }
    // the order within the request carries no meaning, that of the numbers does
    std::stable_sort(arrived.begin(), arrived.end(),
                     [](const ArrivedPart& a, const ArrivedPart& b) { return a.id < b.id; });
    return arrived;
}

/// One request on its way through one transaction.
class Intake {
public:
    Intake(SellerReader& reader, const protocol::SyncHeader& header, Timestamp now, const IntakeOptions& options)
        : reader_(&reader),
          header_(&header),
          now_(now),
          options_(&options),
          settings_(reader.settings()),
          before_(reader.head()) {
        for (LaneState& lane : reader.lanes(header.replica)) {
            cursors_.emplace(lane.id, std::move(lane.cursor));
            highest(lane.id.lane) = std::max(highest(lane.id.lane), lane.id.epoch);
        }
    }

    /// Decides on every part, and merges the complete segments.
    void take(std::vector<ArrivedPart>& arrived) {
        load_known_parts(arrived);
        for (ArrivedPart& part : arrived) {
            highest(part.id.lane.lane) = std::max(highest(part.id.lane.lane), part.id.lane.epoch);
        }
        for (ArrivedPart& part : arrived) take_part(part);
        apply();
        if (to_apply_.empty() && !before_.digest) {
            before_.digest = added_up(*reader_);
            adds_up_ = true;
        }
        review_ = review_letters(*reader_, *header_, covered_, now_);
    }

    [[nodiscard]] bool has_effect() const noexcept { return !moved_.empty() || !review_.settled.empty() || adds_up_; }

    /// What to write.
    [[nodiscard]] SyncEffect effect() {
        SyncEffect effect;
        effect.replica = header_->replica;
        effect.head = before_.seq;
        effect.digest = before_.digest;
        effect.applied_at = applied_at(now_, before_, settings_);
        for (const auto& [id, cursor] : cursors_) {
            if (moved_.contains(id)) effect.cursors.push_back({.id = id, .cursor = cursor});
        }
        for (const PartId& id : changed_parts_) effect.parts.push_back(known_.at(id));
        if (applied_) {
            effect.head = applied_->head;
            effect.digest = applied_->digest;
            for (const StoredRow& row : applied_->rows) {
                if (!applied_->known.contains(row.at)) news_.push_back(row);
            }
            effect.rows = std::move(applied_->rows);
            effect.dead_letters = std::move(applied_->dead_letters);
            effect.lost = std::move(applied_->lost);
            effect.reviewed_letters = std::move(covered_);
        }
        std::ranges::move(review_.settled, std::back_inserter(effect.reviewed_letters));
        counts_.dead_letters = static_cast<std::int64_t>(effect.dead_letters.size());
        return effect;
    }

    /// Why the replica cannot be told what it lacks: it would never hear of deletions that are forgotten.
    [[nodiscard]] std::optional<Problem> cursor_problem() const {
        if (page_bytes() == 0 || header_->seen >= before_.trimmed) return std::nullopt;
        Problem problem =
            protocol::make_problem(protocol::ProblemClass::resync, protocol::reason::cursor_expired,
                                   "the hub has forgotten deletions since this file last heard of it; fill "
                                   "it anew: edge-analytics sync bootstrap");
        problem.status = 410;
        return problem;
    }

    /// The answer, once the effect is written: it shows rows as they are then.

    [[nodiscard]] IntakeResult result() {
        protocol::Ack ack;
        ack.hub_epoch = settings_.epoch;
        ack.next_after_s = options_->next_after_s;
        // what was written just now is in memory: a replica that was in step costs no look into the feed
        const bool in_step = applied_ && header_->seen >= before_.seq;
        if (std::optional<Problem> expired = cursor_problem()) {
            ack.pull = {.from = header_->seen, .to = header_->seen, .rows = {}, .problem = std::move(expired)};
        } else {
            ack.pull = in_step ? pull_page(*reader_, pull_request(), std::move(news_), applied_->head)
                               : pull_page(*reader_, pull_request());
        }
        const std::optional<protocol::Sum128> digest = applied_ ? applied_->digest : before_.digest;
        if (digest) {
            ack.digest = {.at = applied_ ? applied_->head : before_.seq, .root = protocol::digest_text(*digest)};
        }
        ack.outcomes = std::move(outcomes_);
        ack.letters = std::move(review_.told);
        ack.lanes = lane_acks();
        counts_.problems = static_cast<std::int64_t>(problems_.size());
        return {.ack = std::move(ack), .counts = counts_};
    }

private:
    void apply() {
        if (to_apply_.empty()) return;
        mark_repeats();
        applied_ = apply_parts(*reader_, {.replica = header_->replica, .seen = header_->seen}, to_apply_, now_);
        covered_ = covered_letters(*reader_, header_->replica, to_apply_, applied_->outcomes, now_);
        for (std::size_t i = 0; i < to_apply_.size(); ++i) {
            TakenPart& taken = known_.at(to_apply_[i].id);
            taken.outcomes = std::move(applied_->outcomes[i]);
            outcomes_.insert(outcomes_.end(), taken.outcomes.begin(), taken.outcomes.end());
        }
        for (const PartToApply& part : to_apply_) note_origins(part);
    }

    /// What the segment was sealed from may come yet, late or from another copy of the file, or may have been sealed
    /// anew by another: all of that is the same once more.
    void note_origins(const PartToApply& part) {
        if (part.segment->part != part.segment->parts) return;
        for (const protocol::Origin& origin : part.segment->origins) {
            const PartId id = last_part(part, origin);
            const auto cursor = cursors_.find(id.lane);
            const bool is_behind = cursor != cursors_.end() && id.seq < cursor->second.next_seq;
            if (is_behind || known_.contains(id)) continue;
            known_[id] = {.id = id, .hash = origin.hash, .changes = 0, .outcomes = {}, .applied = false, .bytes = {}};
            for (int number = 1; number <= part.id.part; ++number) {
                const std::vector<protocol::ChangeOutcome>& told =
                    known_.at({.lane = part.id.lane, .seq = part.id.seq, .part = number}).outcomes;
                known_[id].outcomes.insert(known_[id].outcomes.end(), told.begin(), told.end());
            }
            changed_parts_.insert(id);
        }
    }

    /// A row whose change did not take effect as it was sent is told again, even if it did not change at all.
    [[nodiscard]] PullRequest pull_request() {
        PullRequest request{.seen = header_->seen, .bytes = page_bytes(), .known = {}, .wanted = {}};
        if (applied_) request.known = std::move(applied_->known);
        for (const protocol::ChangeOutcome& outcome : outcomes_) {
            const protocol::TableDescriptor* table = protocol::find_table(outcome.table);
            if (table == nullptr || outcome.outcome == protocol::Outcome::duplicate) continue;
            request.wanted.insert({.table = table->number, .key = outcome.key});
        }
        return request;
    }

    [[nodiscard]] std::size_t page_bytes() const {
        if (!header_->pull_bytes) return options_->pull_bytes;
        return std::min(options_->pull_bytes, static_cast<std::size_t>(*header_->pull_bytes));
    }

    std::int64_t& highest(protocol::Lane lane) { return lane == protocol::Lane::ops ? highest_ops_ : highest_bulk_; }

    /// Reads what is stored of the arriving parts and of the parts that their segments still wait with.
    void load_known_parts(const std::vector<ArrivedPart>& arrived) {
        std::set<PartId> ids;
        for (const ArrivedPart& part : arrived) {
            ids.insert(part.id);
            const LaneCursor& cursor = cursors_[part.id.lane];
            for (int staged = 1; part.id.seq == cursor.next_seq && staged < cursor.next_part; ++staged) {
                ids.insert({.lane = part.id.lane, .seq = part.id.seq, .part = staged});
            }
            touched_.insert(part.id.lane);
        }
        for (TakenPart& part : reader_->parts(header_->replica, {ids.begin(), ids.end()})) {
            known_.emplace(part.id, std::move(part));
        }
    }

    /// Segments that were sealed anew, and whose changes took effect under a number that they had before.
    void mark_repeats() {
        std::vector<PartId> wanted;
        for (const PartToApply& part : to_apply_) {
            for (const protocol::Origin& origin : part.segment->origins) wanted.push_back(last_part(part, origin));
        }
        know(wanted);
        for (PartToApply& part : to_apply_) {
            part.is_repeat = part.is_late = told_elsewhere_.contains({part.id.lane, part.id.seq});
            for (const protocol::Origin& origin : part.segment->origins) {
                const auto known = known_.find(last_part(part, origin));
                if (known == known_.end() || known->second.hash != origin.hash) continue;
                if (!known->second.applied && !known->second.is_elsewhere()) continue;
                if (known->first < part.id) mark_repeat(part, known->first);
            }
        }
    }
    static PartId last_part(const PartToApply& part, const protocol::Origin& origin) {
        return {.lane = {.epoch = origin.epoch, .lane = part.id.lane.lane}, .seq = origin.seq, .part = origin.parts};
    }
    void know(std::vector<PartId> parts) {
        std::erase_if(parts, [&](const PartId& id) { return known_.contains(id); });
        if (parts.empty()) return;
        for (TakenPart& part : reader_->parts(header_->replica, parts)) known_.emplace(part.id, std::move(part));
    }
    void mark_repeat(PartToApply& part, const PartId& last) {
        part.is_repeat = true;
        std::vector<PartId> ids;
        for (int number = 1; number <= last.part; ++number)
            ids.push_back({.lane = last.lane, .seq = last.seq, .part = number});
        know(ids);
        for (const PartId& id : ids) {
            const auto known = known_.find(id);
            if (known == known_.end()) continue;
            for (const protocol::ChangeOutcome& outcome : known->second.outcomes) {
                const protocol::TableDescriptor* table = protocol::find_table(outcome.table);
                if (table != nullptr && protocol::is_dead_letter(outcome.outcome))
                    part.refused.insert({.table = table->number, .key = outcome.key});
            }
        }
    }

    void take_part(ArrivedPart& part) {
        ++counts_.parts;
        LaneCursor& cursor = cursors_[part.id.lane];
        const auto known = known_.find(part.id);
        std::optional<std::string> stored_hash;
        if (known != known_.end()) stored_hash = known->second.hash;
        const PartVerdict verdict = protocol::judge(cursor, part.place, stored_hash);
        switch (verdict) {
            case PartVerdict::apply:
                note(part);
                complete(part);
                break;
            case PartVerdict::stage:
                note(part);
                known_.at(part.id).bytes = part.bytes;
                if (EDGE_PLANTED(staged_part_shown))
                    to_apply_.push_back({.id = part.id, .segment = &part.segment, .refused = {}});
                break;
            case PartVerdict::already_applied:
                ++counts_.repeated_parts;
                repeat_outcomes(known->second);
                if (part.segment.parts > 1 && part.segment.part == part.segment.parts)
                    completed_anew_[part.id.lane] = part.id.seq;
                return;
            case PartVerdict::already_staged: ++counts_.repeated_parts; return;
            case PartVerdict::gap:
            case PartVerdict::out_of_order_part:
            case PartVerdict::fork:
                problems_.emplace(part.id.lane,
                                  protocol::problem_of(verdict, cursor, part.segment, highest(part.id.lane.lane) + 1));
                return;
        }
        cursor = protocol::advance(cursor, part.place, verdict);
        moved_.insert(part.id.lane);
    }

    void repeat_outcomes(const TakenPart& part) {
        if (EDGE_PLANTED(dead_letter_forgotten)) return;
        if (!repeated_.insert(part.id).second) return;
        outcomes_.insert(outcomes_.end(), part.outcomes.begin(), part.outcomes.end());
    }

    void note(const ArrivedPart& part) {
        const auto before = known_.find(part.id);
        if (before != known_.end() && before->second.is_elsewhere() && before->second.hash == part.place.hash)
            told_elsewhere_.emplace(part.id.lane, part.id.seq);
        known_[part.id] = {.id = part.id,
                           .hash = part.place.hash,
                           .changes = static_cast<std::int64_t>(part.segment.changes.size()),
                           .outcomes = {},
                           .applied = false,
                           .bytes = {}};
        changed_parts_.insert(part.id);
        segments_[part.id] = &part.segment;
        repeated_.insert(part.id);
    }

    /// The last part of a segment is here: it and those that were waiting take effect together.
    void complete(const ArrivedPart& last) {
        ++counts_.applied_segments;
        for (int number = 1; number <= last.id.part; ++number) {
            const PartId id{.lane = last.id.lane, .seq = last.id.seq, .part = number};
            TakenPart& taken = known_.at(id);
            const auto arrived = segments_.find(id);
            const Segment* segment =
                arrived != segments_.end() ? arrived->second : &reread_.emplace_back(read_staged(taken));
            taken.applied = true;
            taken.bytes.clear();
            changed_parts_.insert(id);
            to_apply_.push_back({.id = id, .segment = segment, .refused = {}});
            counts_.applied_changes += taken.changes;
        }
    }

    [[nodiscard]] Segment read_staged(const TakenPart& part) const {
        Decoded<Segment> segment = protocol::decode_segment(part.bytes, options_->limits);
        if (segment) return *std::move(segment);
        throw Error(ErrorCode::corrupt_data, "cannot read a staged part of the hub: " + segment.problem().detail);
    }

    [[nodiscard]] std::vector<LaneAck> lane_acks() {
        std::set<LaneId> shown = touched_;
        for (const protocol::Lane lane : {protocol::Lane::ops, protocol::Lane::bulk}) {
            if (highest(lane) > 0) shown.insert({.epoch = highest(lane), .lane = lane});
        }
        const std::vector<LaneId> ids(shown.begin(), shown.end());
        std::vector<LaneAck> acks;
        for (const LaneId& id : ids) {
            const LaneCursor& cursor = cursors_[id];
            LaneAck ack{.lane = id.lane,
                        .epoch = id.epoch,
                        .applied = cursor.next_seq - 1,
                        .durable = cursor.next_seq - 1,
                        .head = cursor.applied_head,
                        .staged = cursor.next_part - 1,
                        .problem = {}};
            if (const auto again = completed_anew_.find(id); again != completed_anew_.end())
                ack.repeated = again->second;
            if (const auto problem = problems_.find(id); problem != problems_.end()) ack.problem = problem->second;
            acks.push_back(std::move(ack));
        }
        if (const std::optional<Timestamp> covered = covered_until(settings_, now_)) {
            const std::vector<std::int64_t> durable = reader_->applied_until(header_->replica, ids, *covered);
            for (std::size_t i = 0; i < acks.size(); ++i) acks[i].durable = std::min(durable[i], acks[i].applied);
        }
        return acks;
    }

    SellerReader* reader_;
    const protocol::SyncHeader* header_;
    Timestamp now_;
    const IntakeOptions* options_;
    HubSettings settings_;
    SellerHead before_;
    std::map<LaneId, LaneCursor> cursors_;
    std::int64_t highest_ops_ = 0;
    std::int64_t highest_bulk_ = 0;
    std::map<PartId, TakenPart> known_;  ///< stored before, or taken now
    std::map<PartId, const Segment*> segments_;
    std::list<Segment> reread_;
    std::set<PartId> changed_parts_;
    std::set<std::pair<LaneId, std::int64_t>> told_elsewhere_;  ///< segments that took effect as sealed anew
    std::set<PartId> repeated_;                                 ///< parts whose outcomes are in the answer, or will be
    std::set<LaneId> touched_;
    std::set<LaneId> moved_;
    std::map<LaneId, Problem> problems_;
    std::map<LaneId, std::int64_t> completed_anew_;  ///< the last segment in parts
    std::vector<PartToApply> to_apply_;
    std::optional<Applied> applied_;
    std::vector<DeadLetter> covered_;
    LetterReview review_;
    bool adds_up_ = false;         ///< the digest, for the first time
    std::vector<StoredRow> news_;  ///< written now, and not known to the replica
    std::vector<protocol::ChangeOutcome> outcomes_;
    IntakeCounts counts_;
};

/// Nothing if letters have to be settled or rows added up for the first time, which takes a writer.
std::optional<Decoded<IntakeResult>> answer_poll(HubStore& store, const protocol::SyncHeader& header, Timestamp now,
                                                 const IntakeOptions& options) {
    const std::unique_ptr<SellerReader> reader = store.read(header.seller);
    reader->expect({.replica = header.replica,
                    .parts = {},
                    .rows = {},
                    .claims = {},
                    .written_bundles = {},
                    .now = {},
                    .seen = header.letters.empty() ? std::optional(header.seen) : std::nullopt});
    Intake intake(*reader, header, now, options);
    if (std::optional<Problem> expired = intake.cursor_problem()) return Decoded<IntakeResult>(*std::move(expired));
    std::vector<ArrivedPart> none;
    intake.take(none);
    if (intake.has_effect()) return std::nullopt;
    return Decoded<IntakeResult>(intake.result());
}

IntakeResult take_arrived(HubStore& store, const protocol::SyncHeader& header, std::vector<ArrivedPart>& arrived,
                          Timestamp now, const IntakeOptions& options) {
    const std::unique_ptr<SellerWriter> writer = store.write(header.seller);
    Expectation expectation{.replica = header.replica,
                            .parts = {},
                            .rows = {},
                            .claims = {},
                            .written_bundles = {},
                            .now = now,
                            .seen = {}};
    for (const ArrivedPart& part : arrived) {
        expectation.parts.push_back(part.id);
        expect_segment(part.segment, expectation);
    }
    writer->expect(std::move(expectation));
    const bool taken_in = writer->take_in_outside_changes(now);
    Intake intake(*writer, header, now, options);
    intake.take(arrived);
    if (intake.has_effect()) writer->save(intake.effect());
    IntakeResult result = intake.result();
    const bool writes = intake.has_effect() || taken_in;
    if (EDGE_PLANTED(ack_before_commit)) {
        try {
            if (writes) writer->commit();
        } catch (const Error&) {
            return result;
        }
    } else if (writes) {
        writer->commit();
    }
    return result;
}

}  // namespace

Decoded<IntakeResult> take_parts(HubStore& store, const protocol::SyncHeader& header,
                                 const std::vector<std::string_view>& parts, Timestamp now,
                                 const IntakeOptions& options) {
    if (std::optional<Problem> problem = check_header(header)) return *std::move(problem);
    Decoded<std::vector<ArrivedPart>> arrived = read_parts(header, parts, options.limits);
    if (!arrived) return arrived.problem();
    return with_retries(store, header.seller, [&]() -> Decoded<IntakeResult> {
        if (arrived->empty()) {
            if (std::optional<Decoded<IntakeResult>> answer = answer_poll(store, header, now, options))
                return *std::move(answer);
        }
        return take_arrived(store, header, *arrived, now, options);
    });
}

std::size_t take_in_outside_changes(HubStore& store, Timestamp now) {
    std::size_t sellers = 0;
    std::optional<std::string> after = std::string();
    while (after) {
        OutsideLook look = store.look_outside(*after, now);
        for (const std::string& seller : look.changed) {
            with_retries(store, seller, [&] {
                const std::unique_ptr<SellerWriter> writer = store.write(seller);
                writer->expect({.replica = {},
                                .parts = {},
                                .rows = {},
                                .claims = {},
                                .written_bundles = {},
                                .now = now,
                                .seen = {}});
                if (writer->take_in_outside_changes(now)) writer->commit();
            });
            ++sellers;
        }
        after = std::move(look.next);
    }
    return sellers;
}

Decoded<IntakeResult> take_request(HubStore& store, std::string_view body, Timestamp now,
                                   const IntakeOptions& options) {
    const Decoded<protocol::SyncRequest> request = protocol::decode_request(body, options.limits);
    if (!request) return request.problem();
    return take_parts(store, request->header, request->parts, now, options);
}

}  // namespace edge::hub
