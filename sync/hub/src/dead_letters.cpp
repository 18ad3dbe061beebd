#include "edge/hub/dead_letters.hpp"

#include "applied_at.hpp"
#include "apply.hpp"
#include "documents.hpp"

#include "edge/core/error.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>

namespace edge::hub {

using protocol::Change;

namespace {

constexpr std::size_t page = 1000;

std::int64_t milliseconds_of(Timestamp instant) {
    return std::chrono::floor<std::chrono::milliseconds>(instant.time_since_epoch()).count();
}

/// The smallest id behind which `id` comes first.
ChangeId just_before(ChangeId id) {
    --id.index;
    return id;
}

DeadLetter get_open(HubStore& store, const LetterId& id, std::string_view attempted) {
    std::optional<SellerDeadLetter> found = find_dead_letter(store, id);
    const std::string what = "cannot " + std::string(attempted) + " dead letter " + format_letter_id(id);
    if (!found) throw Error(ErrorCode::not_found, what + ": there is none", {{"letter", format_letter_id(id)}});
    if (found->letter.state != LetterState::open) {
        throw Error(ErrorCode::conflict, what + ": it was " + std::string(name_of(found->letter.state)) + " before",
                    {{"letter", format_letter_id(id)}});
    }
    return std::move(found->letter);
}

/// A seller's letters and the one transaction that settles them.
class Review {
public:
    Review(HubStore& store, std::string seller, Timestamp now)
        : store_(&store),
          seller_(std::move(seller)),
          now_(now),
          writer_(store.write(seller_)),
          head_(writer_->head()) {}

    /// Reads them while nobody else writes the seller.
    void load(const std::vector<LetterId>& ids, std::string_view attempted) {
        for (const LetterId& id : ids) letters_.push_back(get_open(*store_, id, attempted));
        // parents before children, whatever the order in which they came
        std::ranges::stable_sort(letters_, [](const DeadLetter& left, const DeadLetter& right) {
            return protocol::table_order(left.table) < protocol::table_order(right.table);
        });
    }

    /// Letters that one replica sent are merged in its name.
    void retry(LetterReport& report) {
        std::map<std::string, std::vector<DeadLetter*>> by_replica;
        for (DeadLetter& letter : letters_) by_replica[letter.id.replica].push_back(&letter);
        for (auto& [replica, letters] : by_replica) {
            retry_replica(replica, letters, report);
            if (by_replica.size() > 1) head_ = writer_->head();
        }
        writer_->commit();
    }

    void discard(LetterReport& report) {
        for (DeadLetter& letter : letters_) settle(letter, LetterState::discarded, report);
        save({.head = head_.seq, .digest = head_.digest, .reviewed_letters = letters_});
        writer_->commit();
    }

private:
    void retry_replica(const std::string& replica, const std::vector<DeadLetter*>& letters, LetterReport& report) {
        protocol::Segment segment;
        for (const DeadLetter* letter : letters) {
            protocol::Decoded<Change> change = protocol::decode_change(letter->change);
            segment.changes.push_back(change ? *std::move(change) : unreadable(*letter));
            segment.changes.back().hlc = milliseconds_of(letter->at);  // no later than the device wrote it
            segment.changes.back().base.reset();
        }
        Applied applied =
            apply_parts(*writer_, {.replica = replica, .seen = 0}, {{.id = {}, .segment = &segment}}, now_);
        std::map<std::int64_t, const protocol::ChangeOutcome*> outcomes;
        for (const protocol::ChangeOutcome& one : applied.outcomes.front()) outcomes[one.index] = &one;
        SyncEffect effect{.head = applied.head, .digest = applied.digest, .rows = std::move(applied.rows)};
        for (std::size_t at = 0; at < letters.size(); ++at) {
            DeadLetter& letter = *letters[at];
            const auto found = outcomes.find(static_cast<std::int64_t>(at));
            if (found == outcomes.end() || !protocol::is_dead_letter(found->second->outcome)) {
                settle(letter, LetterState::taken, report);
            } else {
                letter.outcome = found->second->outcome;
                letter.reason = found->second->reason;
                report.refused.push_back({.seller = seller_, .letter = letter});
            }
            effect.reviewed_letters.push_back(letter);
        }
        for (LostWrite& lost : applied.lost) {
            lost.id = letters.at(static_cast<std::size_t>(lost.id.index))->id;
            effect.lost.push_back(std::move(lost));
        }
        save(std::move(effect));
    }

    static Change unreadable(const DeadLetter& letter) {
        Change change;
        change.table = letter.table;
        change.key = letter.key;
        change.fault = "malformed_row";
        return change;
    }

    void settle(DeadLetter& letter, LetterState state, LetterReport& report) const {
        letter.state = state;
        letter.settled_at = now_;
        ++report.settled;
    }

    void save(SyncEffect effect) {
        effect.applied_at = applied_at(now_, head_, writer_->settings());
        writer_->save(effect);
    }

    HubStore* store_;
    std::string seller_;
    Timestamp now_;
    std::unique_ptr<SellerWriter> writer_;
    SellerHead head_;
    std::vector<DeadLetter> letters_;
};

std::map<std::string, std::vector<LetterId>> by_seller(const std::vector<LetterId>& ids) {
    std::map<std::string, std::vector<LetterId>> sellers;
    for (const LetterId& id : ids) {
        std::vector<LetterId>& known = sellers[id.seller];
        if (std::ranges::find(known, id) == known.end()) known.push_back(id);
    }
    return sellers;
}

}  // namespace

std::string format_letter_id(const LetterId& id) { return id.seller + "/" + encode_cursor(id.change); }

std::optional<LetterId> parse_letter_id(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::optional<ChangeId> change = decode_cursor(text.substr(slash + 1));
    if (!change || slash == 0) return std::nullopt;
    return LetterId{.seller = std::string(text.substr(0, slash)), .change = *change};
}

std::optional<SellerDeadLetter> find_dead_letter(HubStore& store, const LetterId& id) {
    std::vector<SellerDeadLetter> found =
        store.dead_letters({.seller = id.seller, .after = just_before(id.change), .at_most = 1, .settled = true});
    if (found.empty() || found.front().letter.id != id.change) return std::nullopt;
    return std::move(found.front());
}

LetterReport retry_dead_letters(HubStore& store, const std::vector<LetterId>& ids, Timestamp now) {
    LetterReport report;
    for (const auto& [seller, letters] : by_seller(ids)) {
        Review review(store, seller, now);
        review.load(letters, "retry");
        review.retry(report);
    }
    return report;
}

LetterReport discard_dead_letters(HubStore& store, const std::vector<LetterId>& ids, Timestamp now) {
    LetterReport report;
    for (const auto& [seller, letters] : by_seller(ids)) {
        Review review(store, seller, now);
        review.load(letters, "discard");
        review.discard(report);
    }
    return report;
}

std::vector<LetterId> open_dead_letters(HubStore& store, std::string_view seller) {
    std::vector<LetterId> ids;
    const std::vector<std::string> sellers =
        seller.empty() ? store.sellers() : std::vector<std::string>{std::string(seller)};
    for (const std::string& one : sellers) {
        std::optional<ChangeId> after;
        while (true) {
            const std::vector<SellerDeadLetter> found =
                store.dead_letters({.seller = one, .after = after, .at_most = page});
            for (const SellerDeadLetter& letter : found) ids.push_back({.seller = one, .change = letter.letter.id});
            if (found.size() < page) break;
            after = found.back().letter.id;
        }
    }
    return ids;
}

}  // namespace edge::hub
