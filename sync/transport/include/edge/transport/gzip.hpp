#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace edge::transport {

/// Bodies below this many bytes travel as they are: gzip's own header would eat the gain.
inline constexpr std::size_t identity_below = 400;

/// What costs least bytes.
inline constexpr int smallest_level = 9;

/// RFC 1952, without name and time: same bytes and level in, same bytes out. `level`: 1, quick, to 9, small.
[[nodiscard]] std::string gzip(std::string_view bytes, int level = smallest_level);

struct ExpansionLimits {
    std::size_t bytes = 16U << 20U;  ///< of the result
    std::size_t ratio = 64;          ///< result to input; not looked at below `free_bytes`
    std::size_t free_bytes = 64U << 10U;
};

enum class GunzipStatus { ok, damaged, truncated, too_big };

/// "ok" …
[[nodiscard]] std::string_view name_of(GunzipStatus status) noexcept;

/// Expands piece by piece and stops at the first byte too many, so that a compression bomb costs its limit at most.
class Gunzip {
public:
    explicit Gunzip(const ExpansionLimits& limits = {});
    ~Gunzip();
    Gunzip(Gunzip&&) noexcept;
    Gunzip& operator=(Gunzip&&) noexcept;

    /// Appends to the result. After anything but ok, no more is taken.
    GunzipStatus feed(std::string_view compressed);
    /// truncated if the stream has not come to its end and checksum.
    [[nodiscard]] GunzipStatus finish() const noexcept;
    [[nodiscard]] std::string& result() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

struct GunzipResult {
    GunzipStatus status = GunzipStatus::ok;
    std::string bytes;
};
[[nodiscard]] GunzipResult gunzip(std::string_view compressed, const ExpansionLimits& limits = {});

}  // namespace edge::transport
