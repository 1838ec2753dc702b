#include <dlfcn.h>
#include <sqlite3.h>
#include <stddef.h>

// libsqlite3 is loaded when a database is opened, and not with every start of the process: it takes 0.6 ms, and most runs need
// none. So its functions are called through a table.

#define PIPE_SQLITE_FUNCTIONS(F) \
  F(open_v2) F(close_v2) F(errmsg) F(errstr) F(libversion) F(busy_timeout) F(progress_handler) F(get_autocommit) \
  F(changes64) F(limit) F(prepare_v2) F(finalize) F(reset) F(step) F(stmt_readonly) F(clear_bindings) \
  F(bind_parameter_count) F(bind_null) F(bind_int64) F(bind_double) F(bind_text64) F(bind_blob64) F(bind_zeroblob) \
  F(column_count) F(column_name) F(data_count) F(column_type) F(column_int64) F(column_double) F(column_text) \
  F(column_blob) F(column_bytes)

struct pipe_sqlite {
#define F(name) __typeof__(&sqlite3_##name) name;
  PIPE_SQLITE_FUNCTIONS(F)
#undef F
};

// Fills the table; returns why it could not, or NULL.
static inline const char *pipe_sqlite_load(struct pipe_sqlite *functions) {
  void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return dlerror();
#define F(name) \
  functions->name = (__typeof__(&sqlite3_##name))dlsym(library, "sqlite3_" #name); \
  if (functions->name == NULL) return "it has no function sqlite3_" #name;
  PIPE_SQLITE_FUNCTIONS(F)
#undef F
  return NULL;
}

// SQLITE_TRANSIENT is a cast of a number to a function, which Swift cannot write: SQLite copies the bytes.

static inline int pipe_sqlite_bind_text(
    const struct pipe_sqlite *functions, sqlite3_stmt *statement, int place, const char *bytes, sqlite3_uint64 count) {
  return functions->bind_text64(statement, place, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int pipe_sqlite_bind_blob(
    const struct pipe_sqlite *functions, sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 count) {
  return functions->bind_blob64(statement, place, bytes, count, SQLITE_TRANSIENT);
}
