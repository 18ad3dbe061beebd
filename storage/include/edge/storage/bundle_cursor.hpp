#pragma once

#include "edge/storage/connection.hpp"

#include <cstdint>
#include <utility>

namespace edge::storage {

/// Rows of a query in ascending order of bundle, which is its first column: read alongside a walk over bundles, because
/// a look-up for each bundle costs several times as much. Rows of bundles below the one where it stands may be written
/// meanwhile.
class BundleCursor {
public:
    /// Stands at the first row.
    explicit BundleCursor(Query rows) : rows_(std::move(rows)) { advance(); }

    [[nodiscard]] bool at_end() const noexcept { return at_end_; }
    /// Where it stands.
    [[nodiscard]] BundleId bundle() const noexcept { return BundleId(bundle_); }
    [[nodiscard]] const Query& row() const noexcept { return rows_; }

    /// To the next row.
    void advance() {
        at_end_ = !rows_.step();
        if (!at_end_) bundle_ = rows_.integer(0);
    }
    /// Passes over rows of lower bundles. Whether it then stands at a row of this one.
    bool seek(BundleId bundle) {
        while (!at_end_ && bundle_ < bundle.value()) advance();
        return !at_end_ && bundle_ == bundle.value();
    }

private:
    Query rows_;
    std::int64_t bundle_ = 0;
    bool at_end_ = false;
};

}  // namespace edge::storage
