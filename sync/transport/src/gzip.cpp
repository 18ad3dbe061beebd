#include "edge/transport/gzip.hpp"

#include "edge/core/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace edge::transport {
namespace {

constexpr int gzip_window = 15 + 16;  // 32 KiB, and a gzip header instead of zlib's
constexpr int most_memory = 9;
constexpr std::size_t step = 64U << 10U;

Bytef* input_of(std::string_view bytes) {
    // zlib does not write to its input; its interface predates const
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
    z_stream stream{};
    if (bytes.size() > std::numeric_limits<uInt>::max() ||
        deflateInit2(&stream, level, Z_DEFLATED, gzip_window, most_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw Error(ErrorCode::internal, "cannot compress " + std::to_string(bytes.size()) + " bytes: zlib refuses");
    }
    std::string result(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = input_of(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const int status = deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    if (status != Z_STREAM_END) throw Error(ErrorCode::internal, "cannot compress: zlib did not come to an end");
    return result;
}

std::string_view name_of(GunzipStatus status) noexcept {
    constexpr std::array<std::string_view, 4> names{"ok", "damaged", "truncated", "too_big"};
    return names[static_cast<std::size_t>(status)];
}

struct Gunzip::State {
    explicit State(const ExpansionLimits& given) : limits(given) { inflateInit2(&stream, gzip_window); }
    ~State() { inflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] std::size_t allowed() const {
        const std::size_t by_ratio = std::max(limits.free_bytes, taken * limits.ratio);
        return std::min(limits.bytes, by_ratio);
    }

    /// One step of at most `step` bytes; true while there is more to do.
    bool expand() {
        const std::size_t before = result.size();
        result.resize(before + step);
        stream.next_out = reinterpret_cast<Bytef*>(result.data() + before);
        stream.avail_out = static_cast<uInt>(step);
        const int code = inflate(&stream, Z_NO_FLUSH);
        const bool full = stream.avail_out == 0;
        result.resize(before + step - stream.avail_out);
        if (result.size() > allowed()) {
            status = GunzipStatus::too_big;
        } else if (code == Z_STREAM_END) {
            ended = true;
            if (stream.avail_in > 0) status = GunzipStatus::damaged;
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            status = GunzipStatus::damaged;
        }
        return status == GunzipStatus::ok && !ended && full;
    }

    ExpansionLimits limits;
    z_stream stream{};
    std::string result;
    std::size_t taken = 0;
    GunzipStatus status = GunzipStatus::ok;
    bool ended = false;
};

Gunzip::Gunzip(const ExpansionLimits& limits) : state_(std::make_unique<State>(limits)) {}
Gunzip::~Gunzip() = default;
Gunzip::Gunzip(Gunzip&&) noexcept = default;
Gunzip& Gunzip::operator=(Gunzip&&) noexcept = default;

GunzipStatus Gunzip::feed(std::string_view compressed) {
    State& state = *state_;
    if (state.status != GunzipStatus::ok || compressed.empty()) return state.status;
    if (state.ended || compressed.size() > std::numeric_limits<uInt>::max()) {
        return state.status = GunzipStatus::damaged;
    }
    state.taken += compressed.size();
    state.stream.next_in = input_of(compressed);
    state.stream.avail_in = static_cast<uInt>(compressed.size());
    while (state.expand()) {
    }
    return state.status;
}

GunzipStatus Gunzip::finish() const noexcept {
    if (state_->status != GunzipStatus::ok) return state_->status;
    return state_->ended ? GunzipStatus::ok : GunzipStatus::truncated;
}

std::string& Gunzip::result() noexcept { return state_->result; }

GunzipResult gunzip(std::string_view compressed, const ExpansionLimits& limits) {
    Gunzip stream(limits);
    stream.feed(compressed);
    return {.status = stream.finish(), .bytes = std::move(stream.result())};
}

}  // namespace edge::transport
