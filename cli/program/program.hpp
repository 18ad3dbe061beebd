#pragma once

#include "program/settings.hpp"

namespace edge::cli {

struct Streams;

/// Runs one command line; returns the exit status.
int run_program(int argc, const char* const* argv, const Environment& environment, const Streams& streams);

}  // namespace edge::cli
