#pragma once

#include "unsynced_commits.hpp"

#include "edge/storage/connection.hpp"
#include "edge/storage/writer_lock.hpp"

#include <SQLiteCpp/Database.h>

#include <memory>
#include <string>

namespace edge::storage {

struct Connection::State {
    std::string path;
    OpenOptions options;
    std::unique_ptr<SQLite::Database> database;
    std::unique_ptr<WriterLock> lock;  // none when read-only
    UnsyncedCommits unsynced{nullptr};
    IdleStatements idle;
    int wal_pages = 0;            // in the write-ahead log after the last commit
    bool commit_written = false;  // the last commit wrote something
};

}  // namespace edge::storage
