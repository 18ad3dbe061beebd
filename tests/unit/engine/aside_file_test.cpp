#include "aside_file.hpp"

#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace edge {
namespace {

const RejectedRow bad = {.file = "a.csv", .line = 3, .column = "", .reason = "is bad", .row = "1,\"x"};
const std::string bad_line =
    "{\"file\":\"a.csv\",\"line\":3,\"column\":null,\"reason\":\"is bad\",\"row\":\"1,\\\"x\"}\n";

TEST(AsideFile, HasItsNameOnlyWhenItIsPlaced) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("aside.ndjson");
    AsideFile aside(path);

    aside.add(bad);
    aside.close();
    EXPECT_FALSE(std::filesystem::exists(path));
    aside.place();

    EXPECT_EQ(test::read_file(path), bad_line);
}

TEST(AsideFile, LeavesNothingBehindUnlessItIsPlaced) {
    const test::TemporaryFolder folder;

    { AsideFile(folder.file("aside.ndjson")).add(bad); }

    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(AsideFile, MakesNoFileForNoRows) {
    const test::TemporaryFolder folder;
    AsideFile aside(folder.file("aside.ndjson"));

    aside.close();
    aside.place();

    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(AsideFile, LetsRowsGoIfNobodyWantsThem) {
    AsideFile aside("");

    aside.add(bad);
    aside.close();
    aside.place();

    EXPECT_FALSE(std::filesystem::exists(".unfinished"));
}

TEST(AsideFile, SaysThatItCannotBeMade) {
    const test::TemporaryFolder folder;
    AsideFile aside(folder.file("no such folder/aside.ndjson"));

    try {
        aside.add(bad);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::io_failure);
    }
}

}  // namespace
}  // namespace edge
