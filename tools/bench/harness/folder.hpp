#pragma once

#include "support/temporary_folder.hpp"

namespace edge::bench {

using Folder = test::TemporaryFolder;

}  // namespace edge::bench
