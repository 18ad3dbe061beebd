#include "edge/protocol/row_identity.hpp"

#include <sodium.h>

#include <array>

namespace edge::protocol {

Uuid identity_of(std::string_view table, std::initializer_list<std::string_view> parts) {
    std::string text(table);
    for (const std::string_view part : parts) {
        text += '\n';
        text += part;
    }
    std::array<std::uint8_t, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       nullptr, 0);
    return Uuid::make_v8(hash);
}

Uuid marketplace_identity(std::string_view table, std::int64_t id) {
    return identity_of("marketplace", {table, std::to_string(id)});
}

}  // namespace edge::protocol
