#include "input/listen_address.hpp"

#include "program/exit_status.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

TEST(ListenAddress, ReadsBothKindsOfAddress) {
    EXPECT_EQ(parse_listen_address("127.0.0.1:8765"), (ListenAddress{"127.0.0.1", 8765}));
    EXPECT_EQ(parse_listen_address("[::1]:0"), (ListenAddress{"::1", 0}));
    EXPECT_EQ(format_listen_address({"::1", 8765}), "[::1]:8765");
}

TEST(ListenAddress, RefusesTheRest) {
    for (const char* text : {"", "8765", "127.0.0.1", "127.0.0.1:", ":8765", "127.0.0.1:65536", "127.0.0.1:-1",
                             "::1:80", "[::1:80", "a:b:1"}) {
        EXPECT_THROW(static_cast<void>(parse_listen_address(text)), CommandError) << text;
    }
}

TEST(ListenAddress, KnowsItsOwnMachine) {
    EXPECT_TRUE(is_loopback("127.0.0.1"));
    EXPECT_TRUE(is_loopback("::1"));
    EXPECT_FALSE(is_loopback("0.0.0.0"));
}

}  // namespace
}  // namespace edge::cli
