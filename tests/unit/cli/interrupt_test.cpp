#include "program/interrupt.hpp"

#include "support/child_process.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace edge::cli {
namespace {

TEST(Interrupt, TheFirstOnlyAsks) {
    EXPECT_TRUE(test::succeeds_in_child([] {
        watch_interrupts();
        if (interrupt_signal() != 0) return false;
        std::raise(SIGTERM);
        return interrupt_signal() == SIGTERM;
    }));
}

TEST(Interrupt, TheSecondEndsTheProcessAtOnce) {
    for (const int signal : {SIGINT, SIGTERM}) {
        test::ChildProcess child([&] {
            watch_interrupts();
            std::raise(SIGINT);
            std::raise(signal);
        });

        EXPECT_EQ(child.wait(), 128 + signal);
    }
}

}  // namespace
}  // namespace edge::cli
