# For find_package(edge-analytics): the target edge-analytics::engine.
include("${CMAKE_CURRENT_LIST_DIR}/edge-analyticsTargets.cmake")
