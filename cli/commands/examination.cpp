#include "commands/examination.hpp"

#include "output/views.hpp"
#include "program/context.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace edge::cli {
namespace {

Timestamp last_written(const std::string& path) {
    struct stat info {};
    std::chrono::seconds newest{0};
    for (const char* suffix : {"", "-wal"}) {
        if (::stat((path + suffix).c_str(), &info) == 0)
            newest = std::max(newest, std::chrono::seconds(info.st_mtim.tv_sec));
    }
    return Timestamp(newest);
}

Diagnosis examine_journal(Context& context) {
    // verify looks at more than triggers: whatever it finds is worth telling.
    const VerifyReport report = context.engine().verify(context.progress());
    if (report.findings.empty())
        return {.check = "file",
                .health = Health::good,
                .message = "integrity, journal triggers and totals are in order",
                .remedy = {}};
    const Finding& first = report.findings.front();
    const std::string more = report.findings.size() > 1
                                 ? fmt::format(" (and {} more: edge-analytics verify)", report.findings.size() - 1)
                                 : "";
    return {.check = first.check, .health = Health::finding, .message = first.message + more, .remedy = first.remedy};
}

void examine_shop(Context& context, const std::string& path, std::vector<Diagnosis>& diagnoses) {
    try {
        Engine& engine = context.engine();
        diagnoses.push_back(examine_journal(context));
        diagnoses.push_back(examine_time_zone(context.seller().time_zone));
        // A moment that was asked for is not the machine's clock, and says nothing about it.
        if (!context.has_fixed_clock()) diagnoses.push_back(examine_clock(context.now(), last_written(path)));
        diagnoses.push_back(examine_backlog(engine.sync_status(), context.now()));
    } catch (const CommandError&) {
        throw;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::cancelled) throw;
        diagnoses.push_back(
            {.check = "open", .health = Health::finding, .message = error.what(), .remedy = error.hint()});
    }
}

}  // namespace

std::vector<Diagnosis> examine(Context& context) {
    const std::string path = context.database_path();
    std::vector<Diagnosis> diagnoses = {examine_sqlite(sqlite3_libversion_number())};
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        diagnoses.push_back({.check = "open",
                             .health = Health::finding,
                             .message = "there is no shop at " + path,
                             .remedy = "edge-analytics init makes one; --db names another place"});
        return diagnoses;
    }
    diagnoses.push_back(examine_permissions(path));
    const std::filesystem::space_info space = std::filesystem::space(path, error);
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (!error) diagnoses.push_back(examine_disk(space.available, size));
    examine_shop(context, path, diagnoses);
    return diagnoses;
}

Diagnosis examine_sqlite(int version) {
    constexpr int wal_reset_mended = 3'051'003;
    constexpr int oldest = 3'037'000;  // STRICT tables
    const std::string name = fmt::format("{}.{}.{}", version / 1'000'000, version / 1000 % 1000, version % 1000);
    if (version < oldest) {
        return {.check = "sqlite",
                .health = Health::finding,
                .message = "SQLite " + name + " is too old for this program's tables",
                .remedy = "install SQLite 3.37 or newer"};
    }
    if (version >= wal_reset_mended)
        return {.check = "sqlite", .health = Health::good, .message = "SQLite " + name, .remedy = {}};
    return {.check = "sqlite",
            .health = Health::note,
            .message = "SQLite " + name +
                       " has the WAL-reset fault; this program's writer lock keeps it from happening. "
                       "Other programs should not write the file while this one does",
            .remedy = {}};
}

Diagnosis examine_permissions(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    const auto refuse = [](const std::string& message, const std::string& remedy) {
        return Diagnosis{.check = "permissions", .health = Health::finding, .message = message, .remedy = remedy};
    };
    if (::access(path.c_str(), R_OK | W_OK) != 0)
        return refuse(path + " cannot be read and written", "chmod u+rw " + path + ", or run as its owner");
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        return refuse(
            "the folder " + folder.string() + " cannot be written, where SQLite keeps its -wal and -shm files",
            "chmod u+wx " + folder.string());
    }
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0)
        return refuse(path + " can be written by everybody", "chmod o-w " + path);
    return {.check = "permissions",
            .health = Health::good,
            .message = "the file and its folder can be written",
            .remedy = {}};
}

Diagnosis examine_disk(std::uint64_t free_bytes, std::uint64_t file_bytes) {
    constexpr std::uint64_t least = 64'000'000;
    const auto free = byte_size(static_cast<std::int64_t>(free_bytes));
    // A checkpoint, a migration or a VACUUM may need as much again as the file takes.
    if (free_bytes < std::max(least, file_bytes)) {
        return {.check = "disk",
                .health = Health::finding,
                .message = "only " + free + " are free",
                .remedy = "make room on the disk"};
    }
    return {.check = "disk", .health = Health::good, .message = free + " are free", .remedy = {}};
}

Diagnosis examine_time_zone(const std::string& name) {
    try {
        static_cast<void>(TimeZone::find(name));
    } catch (const Error& error) {
        return {.check = "time zone",
                .health = Health::finding,
                .message = error.what(),
                .remedy = "install the system's time zone database: apt-get install tzdata"};
    }
    return {.check = "time zone",
            .health = Health::good,
            .message = name + " is known to the system's database",
            .remedy = {}};
}

Diagnosis examine_clock(Timestamp now, Timestamp newest_change) {
    constexpr Timestamp built_after = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    constexpr std::chrono::minutes slack{5};
    const auto refuse = [](const std::string& message) {
        return Diagnosis{.check = "clock",
                         .health = Health::finding,
                         .message = message,
                         .remedy = "set the clock, and switch on time synchronisation: timedatectl set-ntp true"};
    };
    if (now < built_after)
        return refuse("the clock says " + format_timestamp(now) + ", which is before this program was made");
    if (newest_change > now + slack)
        return refuse("the clock says " + format_timestamp(now) + ", but the file was written at " +
                      format_timestamp(newest_change));
    return {.check = "clock", .health = Health::good, .message = "the clock is plausible", .remedy = {}};
}

Diagnosis examine_backlog(const SyncStatusReport& sync, Timestamp now) {
    constexpr std::chrono::hours patience{24};
    const std::string waiting = count_of(sync.pending_changes, "change waits", "changes wait") + " for the hub";
    if (sync.rejects > 0) {
        return {.check = "sync",
                .health = Health::finding,
                .message = "the hub did not take " + count_of(sync.rejects, "change", "changes"),
                .remedy = "edge-analytics sync status says which lane; the hub's operator sees them as dead letters"};
    }
    if (sync.buckets_left_alone > 0) {
        return {.check = "sync",
                .health = Health::finding,
                .message = count_of(sync.buckets_left_alone, "bucket", "buckets") +
                           " of rows differed from the hub's again after each repair",
                .remedy = "edge-analytics sync verify says which tables; look for what writes them"};
    }
    if (sync.diverged) {
        return {.check = "sync",
                .health = Health::finding,
                .message = "the hub's rows are not what this file knows of them",
                .remedy = "edge-analytics sync repairs them"};
    }
    if (sync.pending_changes > 0 && sync.oldest_pending && now - *sync.oldest_pending > patience) {
        const std::string why = sync.last_error.empty() ? "" : " (" + sync.last_error + ")";
        return {.check = "sync",
                .health = Health::finding,
                .message = waiting + ", the oldest since " + format_timestamp(*sync.oldest_pending) + why,
                .remedy = "edge-analytics sync; without network edge-analytics sync export DIR"};
    }
    return {.check = "sync",
            .health = Health::good,
            .message = sync.pending_changes > 0 ? waiting : "nothing waits",
            .remedy = {}};
}

}  // namespace edge::cli
