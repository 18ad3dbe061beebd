#pragma once

#include "edge/hub/store.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace edge::test {

/// Another store, watched: counts its write transactions and lets a test step in before each and around the commit.
class WatchedStore : public hub::HubStore {
public:
    explicit WatchedStore(hub::HubStore& store) : store_(&store) {}

    std::function<void()> before_write = [] {};
    std::function<void()> before_settings = [] {};
    std::function<void()> before_commit = [] {};
    std::function<void()> after_commit = [] {};
    std::atomic<int> writes{0};

    std::unique_ptr<hub::SellerReader> read(std::string_view seller) override { return store_->read(seller); }
    std::unique_ptr<hub::SellerWriter> write(std::string_view seller) override;
    hub::HubSettings settings() override {
        before_settings();
        return store_->settings();
    }
    void set_durable(const hub::DurableSetting& setting) override { store_->set_durable(setting); }
    Timestamp begin_backup(Timestamp now) override { return store_->begin_backup(now); }
    void declare_covered(Timestamp began) override { store_->declare_covered(began); }
    std::string declare_restored() override { return store_->declare_restored(); }
    std::vector<std::string> sellers() override { return store_->sellers(); }
    std::vector<hub::SellerDeadLetter> dead_letters(const hub::DeadLetterFilter& filter) override {
        return store_->dead_letters(filter);
    }
    hub::HubStatus status() override { return store_->status(); }

private:
    class Writer;
    hub::HubStore* store_;
};

class WatchedStore::Writer : public hub::SellerWriter {
public:
    Writer(WatchedStore& store, std::unique_ptr<hub::SellerWriter> writer)
        : store_(&store), writer_(std::move(writer)) {}

    void expect(hub::Expectation expectation) override { writer_->expect(std::move(expectation)); }
    hub::HubSettings settings() override { return writer_->settings(); }
    std::vector<hub::LaneState> lanes(std::string_view replica) override { return writer_->lanes(replica); }
    std::vector<hub::TakenPart> parts(std::string_view replica, const std::vector<hub::PartId>& ids) override {
        return writer_->parts(replica, ids);
    }
    std::vector<std::int64_t> applied_until(std::string_view replica, const std::vector<hub::LaneId>& lanes,
                                            Timestamp covered) override {
        return writer_->applied_until(replica, lanes, covered);
    }
    std::vector<hub::StoredRow> rows(const std::vector<hub::RowKey>& keys) override { return writer_->rows(keys); }
    std::vector<hub::DeadLetter> open_letters(std::string_view replica, const std::vector<hub::RowKey>& keys) override {
        return writer_->open_letters(replica, keys);
    }
    std::vector<hub::DeadLetter> letters(std::string_view replica, const std::vector<hub::ChangeId>& ids) override {
        return writer_->letters(replica, ids);
    }
    std::vector<hub::StoredRow> children(const std::vector<std::string>& parents) override {
        return writer_->children(parents);
    }
    std::vector<hub::ClaimHolder> claims(const std::vector<hub::Claim>& claims) override {
        return writer_->claims(claims);
    }
    std::vector<hub::StoredRow> changes(std::int64_t after, std::size_t at_most) override {
        return writer_->changes(after, at_most);
    }
    std::vector<hub::StoredRow> rows_as_of(std::int64_t at, int table, std::string_view after,
                                           std::size_t at_most) override {
        return writer_->rows_as_of(at, table, after, at_most);
    }
    std::int64_t count_shared_rows() override { return writer_->count_shared_rows(); }
    void each_row(const std::function<void(const hub::StoredRow&)>& visit) override { writer_->each_row(visit); }
    hub::SellerHead head() override { return writer_->head(); }
    void save(const hub::SyncEffect& effect) override { writer_->save(effect); }
    void commit() override {
        store_->before_commit();
        writer_->commit();
        store_->after_commit();
    }

private:
    WatchedStore* store_;
    std::unique_ptr<hub::SellerWriter> writer_;
};

inline std::unique_ptr<hub::SellerWriter> WatchedStore::write(std::string_view seller) {
    ++writes;
    before_write();
    return std::make_unique<Writer>(*this, store_->write(seller));
}

}  // namespace edge::test
