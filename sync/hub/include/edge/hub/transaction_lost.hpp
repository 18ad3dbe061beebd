#pragma once

#include "edge/core/error.hpp"

#include <string>

namespace edge::hub {

/// A transaction was lost, to another one or with its connection, and may succeed if the request is begun anew: taking
/// the same parts twice has one effect.
class TransactionLost : public Error {
public:
    explicit TransactionLost(const std::string& what) : Error(ErrorCode::busy, what) {}
};

/// A table that is not the hub's own refused a row: somebody changed it meanwhile. Begun anew, the request sees that.
class ForeignConstraint : public TransactionLost {
public:
    using TransactionLost::TransactionLost;
};

}  // namespace edge::hub
