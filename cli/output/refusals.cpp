#include "output/refusals.hpp"

#include "output/text_width.hpp"

#include <algorithm>
#include <array>

namespace edge::cli {
namespace {

struct Words {
    std::string_view reason;
    std::string_view words;
};

constexpr std::array<Words, 14> all_words = {{
    {"bad_key", "the row's identity is none"},
    {"bad_text", "a text in it is not UTF-8: write it again, then retry"},
    {"bad_value", "a value is none that its column can hold: correct it, then retry"},
    {"claim_code_collision",
     "another reservation of the bundle has the claim code: give one of them another, then retry"},
    {"malformed_row", "the hub cannot read the row: send the document to who runs it"},
    {"marketplace_rule",
     "a rule of the marketplace's own tables forbids it: who runs the hub sees which (hub deadletter show); then "
     "retry"},
    {"missing_column", "a column is missing: this file is damaged, or was written by another hand"},
    {"missing_parent", "it belongs to a row that the hub does not have: it goes when that one is retried"},
    {"out_of_range", "the marketplace cannot hold a number that large: correct it, then retry"},
    {"row_too_big", "it is longer than 64 KiB: shorten its texts, then retry"},
    {"too_long", "a text is longer than the marketplace can hold: shorten it, then retry"},
    {"unknown_op", "the hub is older than this program: retry once it is brought up to date"},
    {"unknown_row", "it changes a row that the hub does not have: it goes when that one is retried"},
    {"unknown_table", "the hub is older than this program: retry once it is brought up to date"},
}};

}  // namespace

std::string refusal_in_words(std::string_view reason) {
    const auto* const found = std::ranges::find(all_words, reason, &Words::reason);
    return found == all_words.end() ? printable(reason) : std::string(found->words);
}

}  // namespace edge::cli
