// SQLite, and a constant that its header spells as a cast, which Swift cannot import.
#pragma once
#include <sqlite3.h>

/// SQLITE_TRANSIENT: the bound bytes are copied before the call returns.
static inline int csqlite_bind_blob_copy(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline int csqlite_bind_text_copy(sqlite3_stmt *statement, int index, const char *bytes, int count) {
    return sqlite3_bind_text(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// Has the library count no memory, which takes a lock for each piece of it. To be called before anything else of the library.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
