#pragma once

#include "edge/protocol/exchange.hpp"
#include "edge/protocol/limits.hpp"
#include "edge/protocol/problem.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::protocol {

/// First line of a file that carries segments on foot. Lines: this, the very bytes of each part, a trailer with the
/// number of parts and the SHA-256 of everything before it.
struct BundleFileHeader {
    std::string seller;
    std::string replica;
    std::string app;
    std::string created_at;  ///< ISO 8601 with Z
    std::int64_t parts = 0;
    std::int64_t changes = 0;
    /// Refused changes as in a request's header, `most_letters` at most: the receipt tells what became of them.
    std::vector<LetterMark> letters = {};
    Members extra;
    friend bool operator==(const BundleFileHeader&, const BundleFileHeader&) = default;
};

struct BundleFileSummary {
    std::int64_t parts = 0;
    std::uint64_t bytes = 0;  ///< of the lines before the trailer
    std::string sha256;       ///< 64 hexadecimal digits, of the same; names the file in a receipt
    friend bool operator==(const BundleFileSummary&, const BundleFileSummary&) = default;
};

using ByteSink = std::function<void(std::string_view bytes)>;

/// Writes a bundle file piece by piece.
class BundleFileEncoder {
public:
    BundleFileEncoder(const BundleFileHeader& header, ByteSink sink);
    ~BundleFileEncoder();
    BundleFileEncoder(BundleFileEncoder&&) noexcept;
    BundleFileEncoder& operator=(BundleFileEncoder&&) noexcept;

    void add(std::string_view part);
    /// Writes the trailer. Throws `internal` if the number of parts is not the header's.
    [[nodiscard]] BundleFileSummary finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What reading a bundle file finds. A part is only known to be what was written once `finish` has said that the file
/// is whole: read twice, the first time to check.
struct BundleFileReader {
    std::function<void(const BundleFileHeader&)> header;
    std::function<void(std::string_view part)> part;
};

/// Reads a bundle file from pieces of any size; holds one line at most.
class BundleFileDecoder {
public:
    explicit BundleFileDecoder(BundleFileReader reader, const Limits& limits = {});
    ~BundleFileDecoder();
    BundleFileDecoder(BundleFileDecoder&&) noexcept;
    BundleFileDecoder& operator=(BundleFileDecoder&&) noexcept;

    /// False once the file is known to be damaged; nothing more is read then.
    bool feed(std::string_view bytes);
    /// The summary of a whole file, or what is wrong and at which line and byte.
    [[nodiscard]] Decoded<BundleFileSummary> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What a hub gives back for a bundle file: the same ack that the network would have brought.
struct Receipt {
    std::string seller;
    std::string replica;
    std::string file;        ///< sha256 of the bundle file
    std::string created_at;  ///< ISO 8601 with Z
    Ack ack;
    Members extra;
    friend bool operator==(const Receipt&, const Receipt&) = default;
};

[[nodiscard]] std::string encode(const Receipt& receipt);
[[nodiscard]] Decoded<Receipt> decode_receipt(std::string_view json, const Limits& limits = {});

}  // namespace edge::protocol
