#pragma once

#include "edge/core/error.hpp"

#include <string>
#include <utility>

namespace edge::hub {

/// A transaction was lost, to another one or with its connection, and may succeed if the request is begun anew: taking
/// the same parts twice has one effect.
class TransactionLost : public Error {
public:
    explicit TransactionLost(const std::string& what) : Error(ErrorCode::busy, what) {}
};

/// A table that is not the hub's own refused a row: somebody changed it meanwhile, or made a rule. Begun anew, the
/// request sees that.
class ForeignConstraint : public TransactionLost {
public:
    /// `rule`: what the row breaks, for people; `name`: of the index if it is a unique one.
    ForeignConstraint(const std::string& what, std::string rule, std::string name)
        : TransactionLost(what), rule_(std::move(rule)), name_(std::move(name)) {}

    [[nodiscard]] const std::string& rule() const noexcept { return rule_; }
    [[nodiscard]] const std::string& unique_index() const noexcept { return name_; }

private:
    std::string rule_;
    std::string name_;
};

}  // namespace edge::hub
