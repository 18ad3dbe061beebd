#include "edge/transport/bundle_file.hpp"

#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace edge::transport {
namespace {

using edge::test::read_file;
using edge::test::TemporaryFolder;
using edge::test::write_file;

class BundleFileTest : public testing::Test {
protected:
    [[nodiscard]] protocol::BundleFileSummary write(std::int64_t parts) const {
        std::int64_t next = 0;
        return write_bundle_file(file(), header(parts), [&] { return "{\"part\":" + std::to_string(next++) + "}"; });
    }
    [[nodiscard]] std::string file() const { return folder_.file("till.edge"); }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
    }
    static protocol::BundleFileHeader header(std::int64_t parts) {
        return {.seller = "s",
                .replica = "r",
                .app = "a",
                .created_at = "2026-11-23T16:02:11Z",
                .parts = parts,
                .changes = 1,
                .extra = {}};
    }

    TemporaryFolder folder_;
};

TEST_F(BundleFileTest, ReadsWhatItWrites) {
    const protocol::BundleFileSummary written = write(100'000);
    std::vector<std::string> parts;

    const auto checked = check_bundle_file(file());
    const auto read =
        read_bundle_file(file(), {.header = {}, .part = [&](std::string_view part) { parts.emplace_back(part); }});

    ASSERT_TRUE(checked) << checked.problem().detail;
    ASSERT_TRUE(read);
    EXPECT_EQ(*checked, written);
    EXPECT_EQ(parts.size(), 100'000U);
    EXPECT_EQ(parts.back(), "{\"part\":99999}");
    EXPECT_EQ(files(), 1U);
}

TEST_F(BundleFileTest, LeavesTheOldFileWhenWritingFails) {
    const protocol::BundleFileSummary before = write(1);
    const auto fail = []() -> std::string { throw Error(ErrorCode::io_failure, "cannot read the store: it failed"); };

    EXPECT_THROW(static_cast<void>(write_bundle_file(file(), header(2), fail)), Error);

    EXPECT_EQ(*check_bundle_file(file()), before);
    EXPECT_EQ(files(), 1U);
}

TEST_F(BundleFileTest, LeavesNothingWhenAPartCannotBeReadBack) {
    const auto two_lines = [] { return std::string("{}\n{}"); };

    EXPECT_THROW(static_cast<void>(write_bundle_file(file(), header(1), two_lines)), Error);

    EXPECT_EQ(files(), 0U);
}

TEST_F(BundleFileTest, SaysWhichPathFailed) {
    try {
        static_cast<void>(write_bundle_file(folder_.path() + "/none/till.edge", header(0), {}));
        FAIL() << "wrote into a folder that does not exist";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::io_failure);
        EXPECT_NE(std::string(error.what()).find("/none/till.edge"), std::string::npos);
    }
    EXPECT_THROW(static_cast<void>(check_bundle_file(folder_.file("none"))), Error);
}

TEST_F(BundleFileTest, FindsATruncatedFile) {
    static_cast<void>(write(3));
    const std::string whole = read_file(file());
    write_file(file(), whole.substr(0, whole.size() / 2));

    EXPECT_EQ(check_bundle_file(file()).problem().reason, protocol::reason::truncated);
}

TEST_F(BundleFileTest, WritesSmallFilesSafely) {
    write_file_safely(file(), "old");
    write_file_safely(file(), "new");

    EXPECT_EQ(read_file(file()), "new");
    EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace edge::transport
