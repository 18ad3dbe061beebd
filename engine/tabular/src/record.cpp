#include "edge/tabular/record.hpp"

#include <algorithm>

namespace edge::tabular {

std::optional<std::string_view> Field::value() const noexcept {
    const bool scalar = kind == FieldKind::text || kind == FieldKind::number || kind == FieldKind::boolean;
    if (!scalar) return std::nullopt;
    return text;
}

bool operator==(const Field& left, const Field& right) noexcept {
    return left.kind == right.kind && left.text == right.text && std::ranges::equal(left.items, right.items);
}

}  // namespace edge::tabular
