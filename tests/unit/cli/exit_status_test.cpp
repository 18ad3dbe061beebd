#include "program/exit_status.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

TEST(ExitStatus, FollowsTheContract) {
    const auto status = [](ErrorCode code) { return static_cast<int>(exit_status_of(Error(code, "x"))); };

    EXPECT_EQ(status(ErrorCode::invalid_argument), 64);
    EXPECT_EQ(status(ErrorCode::bad_time_zone), 64);
    EXPECT_EQ(status(ErrorCode::corrupt_data), 65);
    EXPECT_EQ(status(ErrorCode::not_a_database), 65);
    EXPECT_EQ(status(ErrorCode::sold_out), 65);
    EXPECT_EQ(status(ErrorCode::unknown_code), 65);
    EXPECT_EQ(status(ErrorCode::not_found), 66);
    EXPECT_EQ(status(ErrorCode::refused), 69);
    EXPECT_EQ(status(ErrorCode::internal), 70);
    EXPECT_EQ(status(ErrorCode::already_exists), 73);
    EXPECT_EQ(status(ErrorCode::io_failure), 74);
    EXPECT_EQ(status(ErrorCode::disk_full), 74);
    EXPECT_EQ(status(ErrorCode::read_only), 74);
    EXPECT_EQ(status(ErrorCode::busy), 75);
    EXPECT_EQ(status(ErrorCode::offline), 75);
    EXPECT_EQ(status(ErrorCode::schema_too_new), 76);
    EXPECT_EQ(status(ErrorCode::cancelled), 130);
}

TEST(ExitStatus, ADeviceThatTheHubDoesNotKnowIsNotAllowed) {
    EXPECT_EQ(exit_status_of(Error(ErrorCode::refused, "x", {{"class", "auth"}})), ExitStatus::not_allowed);
}

TEST(ExitStatus, AHubThatWantsAnotherVersionIsIncompatible) {
    EXPECT_EQ(exit_status_of(Error(ErrorCode::refused, "x", {{"class", "upgrade"}})), ExitStatus::version);
}

TEST(ExitStatus, TheCommandLineHasItsOwn) {
    EXPECT_EQ(exit_status_of(usage_error("x")), ExitStatus::usage);
    EXPECT_EQ(exit_status_of(configuration_error("x")), ExitStatus::configuration);
}

}  // namespace
}  // namespace edge::cli
