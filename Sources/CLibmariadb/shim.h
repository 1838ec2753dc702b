#include <dlfcn.h>
#include <mariadb/mysql.h>
#include <mariadb/errmsg.h>
#include <stddef.h>

// libmariadb is loaded when a server is connected to, and not with every start of the process, and a machine without it can do
// everything else. So its functions are called through a table.

#define PIPE_MYSQL_FUNCTIONS(F) \
  F(server_init) F(init) F(options) F(options4) F(real_connect_start) F(real_connect_cont) F(close) F(get_socket) \
  F(get_timeout_value_ms) F(real_query_start) F(real_query_cont) F(store_result_start) F(store_result_cont) F(use_result) \
  F(fetch_row_start) F(fetch_row_cont) F(fetch_lengths) F(free_result_start) F(free_result_cont) F(num_fields) \
  F(fetch_field_direct) F(field_count) F(affected_rows) F(more_results) F(next_result_start) F(next_result_cont) \
  F(errno) F(error) F(sqlstate) F(get_server_info) F(get_ssl_cipher) F(get_client_info)

struct pipe_mysql {
#define F(name) __typeof__(&mysql_##name) mysql_##name;
  PIPE_MYSQL_FUNCTIONS(F)
#undef F
};

// Fills the table; returns why it could not, or NULL.
static inline const char *pipe_mysql_load(struct pipe_mysql *functions) {
  void *library = dlopen("libmariadb.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return dlerror();
#define F(name) \
  functions->mysql_##name = (__typeof__(&mysql_##name))dlsym(library, "mysql_" #name); \
  if (functions->mysql_##name == NULL) return "it has no function mysql_" #name;
  PIPE_MYSQL_FUNCTIONS(F)
#undef F
  return NULL;
}

// A function of its type waits for a socket where the library cannot be interrupted: while TLS is agreed on.
typedef int (*pipe_mysql_waiting)(my_socket socket, my_bool is_read, int timeout);

static inline int pipe_mysql_set_waiting(const struct pipe_mysql *functions, MYSQL *mysql, pipe_mysql_waiting waiting) {
  return functions->mysql_options(mysql, MARIADB_OPT_IO_WAIT, (const void *)waiting);
}
