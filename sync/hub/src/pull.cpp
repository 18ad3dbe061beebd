#include "pull.hpp"

#include "edge/protocol/tables.hpp"

#include <algorithm>

namespace edge::hub {

using protocol::Change;
using protocol::Op;
using protocol::PullPage;

namespace {

/// Rows read from the store at once.
constexpr std::size_t rows_at_once = 500;

/// A page being filled.
class Page {
public:
    explicit Page(const PullRequest& request) : request_(&request) { page_.from = page_.to = request.seen; }

    void add_wanted(SellerReader& reader) {
        if (request_->wanted.empty()) return;
        for (const StoredRow& stored : reader.rows({request_->wanted.begin(), request_->wanted.end()})) add(stored);
    }
    /// False when the page is full: the row is left for the next.
    bool take(const StoredRow& stored) {
        if (!request_->known.contains(stored.at) && !request_->wanted.contains(stored.at)) {
            if (bytes_ >= request_->bytes) return false;
            add(stored);
        }
        page_.to = stored.row.version;
        return true;
    }
    [[nodiscard]] PullPage finish(bool more, std::int64_t head) && {
        page_.more = more;
        if (!more) page_.to = std::max(page_.to, head);
        for (Change& change : page_.rows) change.hlc -= page_.h0;
        return std::move(page_);
    }

private:
    void add(const StoredRow& stored) {
        const protocol::TableDescriptor* table = protocol::find_table(stored.at.table);
        if (table == nullptr || !protocol::is_shared(*table)) return;
        Change change = told_row(stored);
        if (page_.rows.empty()) page_.h0 = change.hlc;
        bytes_ += protocol::encode(change).size();
        page_.rows.push_back(std::move(change));
    }

    const PullRequest* request_;
    PullPage page_;
    std::size_t bytes_ = 0;
};

}  // namespace

Change told_row(const StoredRow& stored) {
    return {.table = std::string(protocol::find_table(stored.at.table)->name),
            .key = stored.at.key,
            .op = stored.row.deleted ? Op::remove : Op::create,
            .base = stored.row.version,
            .hlc = stored.row.hlc,
            .fields = stored.row.deleted ? protocol::Fields{} : stored.row.fields,
            .unknown_op = {},
            .extra = {},
            .fault = {}};
}

PullPage pull_page(SellerReader& reader, const PullRequest& request) {
    Page page(request);
    page.add_wanted(reader);
    if (request.bytes == 0) return std::move(page).finish(false, request.seen);
    const std::int64_t head = reader.head().seq;
    std::int64_t after = request.seen;
    while (after < head) {
        const std::vector<StoredRow> rows = reader.changes(after, rows_at_once);
        for (const StoredRow& stored : rows) {
            if (!page.take(stored)) return std::move(page).finish(true, head);
            after = stored.row.version;
        }
        if (rows.size() < rows_at_once) break;
    }
    return std::move(page).finish(false, head);
}

PullPage pull_page(SellerReader& reader, const PullRequest& request, std::vector<StoredRow> news, std::int64_t head) {
    Page page(request);
    page.add_wanted(reader);
    if (request.bytes == 0) return std::move(page).finish(false, request.seen);
    std::sort(news.begin(), news.end(),
              [](const StoredRow& a, const StoredRow& b) { return a.row.version < b.row.version; });
    for (const StoredRow& stored : news) {
        if (!page.take(stored)) return std::move(page).finish(true, head);
    }
    return std::move(page).finish(false, head);
}

}  // namespace edge::hub
