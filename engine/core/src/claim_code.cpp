#include "edge/core/claim_code.hpp"

namespace edge {

std::string make_claim_code(const RandomBelow& random_below) {
    std::string code;
    for (std::size_t i = 0; i < claim_code_length; ++i) {
        code += claim_code_alphabet.at(random_below(static_cast<std::uint32_t>(claim_code_alphabet.size())));
    }
    return code;
}

std::string normalise_claim_code(std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c == ' ' || c == '-' || c == '.') continue;
        code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return code;
}

}  // namespace edge
