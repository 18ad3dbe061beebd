#pragma once

#include "edge/protocol/lane.hpp"
#include "edge/protocol/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace edge::protocol {

/// What the device does about a failure; each class has one fixed reaction.
enum class ProblemClass {
    retry,    ///< keep everything, back off, try again
    resync,   ///< the two sides disagree on what was sent: a fixed recovery
    auth,     ///< stop syncing, keep selling, delete nothing
    upgrade,  ///< one side is too old: keep sealing, export is possible
    too_big,  ///< send less at once
    bug,      ///< a segment that cannot be read: set aside, hold its lane
};

/// "retry", "resync" …
[[nodiscard]] std::string_view name_of(ProblemClass problem_class) noexcept;
[[nodiscard]] std::optional<ProblemClass> parse_problem_class(std::string_view name) noexcept;
/// 503, 409, 401, 426, 413, 422
[[nodiscard]] int default_status(ProblemClass problem_class) noexcept;

/// Reasons that devices act on or people see; a problem may carry others.
namespace reason {
inline constexpr std::string_view not_json = "not_json";  ///< not JSON at all, or not UTF-8
inline constexpr std::string_view too_deep = "too_deep";
inline constexpr std::string_view duplicate_member = "duplicate_member";
inline constexpr std::string_view wrong_shape = "wrong_shape";  ///< a member is missing or of another type
inline constexpr std::string_view unknown_version = "unknown_version";
inline constexpr std::string_view too_many_bytes = "too_many_bytes";
inline constexpr std::string_view too_many_changes = "too_many_changes";
inline constexpr std::string_view too_many_parts = "too_many_parts";
inline constexpr std::string_view over_budget = "over_budget";  ///< more than may ever be spent on a request
inline constexpr std::string_view truncated = "truncated";
inline constexpr std::string_view damaged = "damaged";  ///< the bytes are not those that were written
inline constexpr std::string_view gap = "gap";
inline constexpr std::string_view out_of_order_part = "out_of_order_part";
inline constexpr std::string_view fork = "fork";
inline constexpr std::string_view timed_out = "timed_out";        ///< cut, since it took longer than it may
inline constexpr std::string_view broken = "broken";              ///< the connection, for whatever reason
inline constexpr std::string_view lane_held = "lane_held";        ///< an earlier segment of the lane is unreadable
inline constexpr std::string_view wrong_seller = "wrong_seller";  ///< a segment of another seller or replica
}  // namespace reason

/// Where a lane has to go on, or what is wrong with it.
struct LanePosition {
    Lane lane = Lane::ops;
    std::int64_t epoch = 0;
    std::int64_t seq = 0;  ///< the number expected (gap), or the offending one
    int part = 1;
    friend bool operator==(const LanePosition&, const LanePosition&) = default;
};

/// Why a document was not taken. On the wire a problem document of RFC 9457.
struct Problem {
    ProblemClass problem_class = ProblemClass::bug;
    int status = 422;
    std::string reason;  ///< stable code, see namespace reason
    std::string detail;  ///< for people: what and where
    std::optional<LanePosition> position;
    std::optional<std::int64_t> retry_after_s;
    std::optional<std::int64_t> next_epoch;  ///< after a fork: the first epoch that is free at the hub
    friend bool operator==(const Problem&, const Problem&) = default;
};

/// Content-Type of a problem document.
inline constexpr std::string_view problem_content_type = "application/problem+json";

[[nodiscard]] Problem make_problem(ProblemClass problem_class, std::string_view reason, std::string detail);
[[nodiscard]] std::string encode(const Problem& problem);
/// Nothing if the text is not a problem document with a known class.
[[nodiscard]] std::optional<Problem> decode_problem(std::string_view json, const Limits& limits = {});

/// What reading a document gives: the value or the reason why not.
template <class T>
class Decoded {
public:
    Decoded(T value) : content_(std::move(value)) {}
    Decoded(Problem problem) : content_(std::move(problem)) {}

    [[nodiscard]] explicit operator bool() const noexcept { return content_.index() == 0; }
    [[nodiscard]] const T& operator*() const& { return std::get<0>(content_); }
    [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(content_)); }
    [[nodiscard]] T& operator*() & { return std::get<0>(content_); }
    [[nodiscard]] const T* operator->() const { return &std::get<0>(content_); }
    [[nodiscard]] const Problem& problem() const { return std::get<1>(content_); }

private:
    std::variant<T, Problem> content_;
};

}  // namespace edge::protocol
