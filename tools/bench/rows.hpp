#pragma once

namespace edge::bench {

// The rows of engine_bench, by what they measure.
void add_collect_rows();
void add_refresh_rows();
void add_totals_rows();
void add_capture_rows();
void add_import_rows();
void add_closing_rows();
void add_state_rows();

// The rows of sync_bench.
void add_seal_rows();
void add_wire_rows();
void add_device_rows();

}  // namespace edge::bench
