#include "harness/folder.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"

#include "edge/engine.hpp"

#include <fmt/format.h>

#include <fstream>

// A marketplace's dump of reservations into a new file.

namespace {

using namespace edge::bench;

constexpr int bundles = 10'000;

void write_dump(const Folder& folder, int reservations) {
    std::ofstream bundle(folder.file("bundles.csv"));
    bundle << "bundle_id,seller_id,bundle_name,total_qty,window_start,window_end\n";
    for (int i = 1; i <= bundles; ++i)
        bundle << i << ",1,Evening bag,40,2025-" << fmt::format("{:02}-{:02}", 1 + i % 12, 1 + i % 28)
               << "T18:00:00Z,2025-" << fmt::format("{:02}-{:02}", 1 + i % 12, 1 + i % 28) << "T20:00:00Z\n";
    std::ofstream reservation(folder.file("reservations.csv"));
    reservation << "reservation_id,bundle_id,consumer_id,claim_code,reserved_at,collected_at\n";
    for (int i = 1; i <= reservations; ++i) {
        const std::string day = fmt::format("2025-{:02}-{:02}", 1 + i % bundles % 12, 1 + i % bundles % 28);
        reservation << i << ',' << 1 + i % bundles << ",consumer-" << i % 997 << ",C" << i << ',' << day
                    << "T09:30:00Z," << (i % 5 == 0 ? "" : day + "T18:20:00Z") << '\n';
    }
}

TableRow import_row() {
    const Folder folder;
    const int reservations = is_quick() ? 20'000 : 200'000;
    write_dump(folder, reservations);
    edge::Engine engine = edge::Engine::create(folder.file("shop.db"), {.name = "Corner Bakery", .marketplace_id = 1});
    const Stopwatch processor(CLOCK_THREAD_CPUTIME_ID);
    const edge::ImportReport report =
        engine.import({.files = {{.path = folder.file("reservations.csv")}, {.path = folder.file("bundles.csv")}}});
    const double seconds = processor.microseconds() / 1e6;
    std::int64_t added = 0;
    for (const edge::TableImport& table : report.tables) added += table.added;
    if (added != reservations + bundles) throw std::logic_error("the import left rows out");
    return {.measured = static_cast<double>(added) / seconds, .unit = "rows/s", .note = "CSV, CPU of one core"};
}

}  // namespace

void edge::bench::add_import_rows() { add_row("import", import_row); }
