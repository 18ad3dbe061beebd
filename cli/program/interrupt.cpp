#include "program/interrupt.hpp"

#include <unistd.h>

#include <csignal>

namespace edge::cli {
namespace {

volatile std::sig_atomic_t received = 0;

void on_signal(int signal) {
    if (received != 0) _exit(128 + signal);
    received = signal;
}

}  // namespace

void watch_interrupts() noexcept {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    // Without SA_RESTART a wait on a terminal or a socket ends early, and the command sees that it should stop.
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    // A limit on the size of files is then an error of the write that meets it, like a full disk.
    action.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &action, nullptr);
}

int interrupt_signal() noexcept { return received; }

}  // namespace edge::cli
