#include "letter_marks.hpp"

#include "positions.hpp"

#include <array>

namespace edge::protocol {
namespace {

constexpr std::array<std::string_view, 5> state_names{"open", "taken", "discarded", "retried", "unknown"};

LetterMark read_letter(ObjectReader& document, const JsonValue& value) {
    ObjectReader reader(value, "letter");
    LetterMark letter;
    letter.lane = read_lane(reader);
    letter.epoch = reader.integer("epoch", 1, largest_json_integer);
    letter.seq = reader.integer("seq", 1, largest_json_integer);
    letter.part = static_cast<int>(reader.integer("part", 1, most_parts));
    letter.index = reader.integer("index", 0, largest_json_integer);
    const std::optional<LetterState> state = parse_letter_state(reader.text("state"));
    if (!state) reader.fail("state", "is not known");
    letter.state = state.value_or(LetterState::unknown);
    if (!reader.ok()) document.fail("letters", reader.problem().detail);
    return letter;
}

void write_letter(std::string& out, const LetterMark& letter) {
    out += R"({"lane":)";
    write_text(out, name_of(letter.lane));
    out += R"(,"epoch":)";
    write_integer(out, letter.epoch);
    out += R"(,"seq":)";
    write_integer(out, letter.seq);
    out += R"(,"part":)";
    write_integer(out, letter.part);
    out += R"(,"index":)";
    write_integer(out, letter.index);
    out += R"(,"state":)";
    write_text(out, name_of(letter.state));
    out += '}';
}

}  // namespace

std::string_view name_of(LetterState state) noexcept { return state_names[static_cast<std::size_t>(state)]; }

std::optional<LetterState> parse_letter_state(std::string_view name) noexcept {
    for (std::size_t i = 0; i < state_names.size(); ++i) {
        if (state_names[i] == name) return static_cast<LetterState>(i);
    }
    return std::nullopt;
}

void write_letters(std::string& out, const std::vector<LetterMark>& letters) {
    if (letters.empty()) return;
    out += R"(,"letters":[)";
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (i > 0) out += ',';
        write_letter(out, letters[i]);
    }
    out += ']';
}

std::vector<LetterMark> read_letters(ObjectReader& reader) {
    std::vector<LetterMark> letters;
    if (const std::optional<JsonValue> list = reader.array_if_any("letters")) {
        list->each_element([&](const JsonValue& one) { letters.push_back(read_letter(reader, one)); });
    }
    return letters;
}

}  // namespace edge::protocol
