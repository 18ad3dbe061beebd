#include "edge/transport/bundle_file.hpp"

#include "safe_file.hpp"

#include "edge/core/error.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

namespace edge::transport {
namespace {

constexpr std::size_t piece = 256U << 10U;

std::ifstream open_for_reading(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io_failure;
        throw Error(code, "cannot read " + file.string() + ": " + std::generic_category().message(errno));
    }
    return in;
}

}  // namespace

protocol::Decoded<protocol::BundleFileSummary> read_bundle_file(const std::filesystem::path& file,
                                                                protocol::BundleFileReader reader,
                                                                const protocol::Limits& limits) {
    std::ifstream in = open_for_reading(file);
    protocol::BundleFileDecoder decoder(std::move(reader), limits);
    std::vector<char> buffer(piece);
    bool whole = true;
    while (whole && in) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        whole = decoder.feed({buffer.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (in.bad()) throw Error(ErrorCode::io_failure, "cannot read " + file.string() + ": the disk failed");
    return decoder.finish();
}

protocol::Decoded<protocol::BundleFileSummary> check_bundle_file(const std::filesystem::path& file,
                                                                 const protocol::Limits& limits) {
    return read_bundle_file(file, {}, limits);
}

protocol::BundleFileSummary write_bundle_file(const std::filesystem::path& file,
                                              const protocol::BundleFileHeader& header, const NextPart& next_part) {
    SafeFile out(file);
    protocol::BundleFileEncoder encoder(header, [&](std::string_view bytes) { out.write(bytes); });
    for (std::int64_t i = 0; i < header.parts; ++i) encoder.add(next_part());
    protocol::BundleFileSummary written = encoder.finish();
    out.sync();
    const protocol::Decoded<protocol::BundleFileSummary> read = check_bundle_file(out.temporary());
    if (!read || *read != written) {
        throw Error(ErrorCode::io_failure,
                    "cannot write " + file.string() + ": what was read back is not what was written");
    }
    out.commit();
    return written;
}

void write_file_safely(const std::filesystem::path& file, std::string_view bytes) {
    SafeFile out(file);
    out.write(bytes);
    out.sync();
    out.commit();
}

}  // namespace edge::transport
