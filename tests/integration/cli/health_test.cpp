#include "integration/cli/cli_process.hpp"
