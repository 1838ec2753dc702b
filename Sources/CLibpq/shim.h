#include <dlfcn.h>
#include <stddef.h>
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

// libpq is loaded when a server is connected to, and not with every start of the process: it brings Kerberos and LDAP along, and
// who has no PostgreSQL needs none of it. So its functions are called through a table.

#define PIPE_PQ_FUNCTIONS(F) \
  F(connectStartParams) F(connectPoll) F(status) F(socket) F(errorMessage) F(finish) F(setErrorVerbosity) \
  F(setNoticeProcessor) F(setnonblocking) F(serverVersion) F(transactionStatus) F(sendQuery) F(sendQueryParams) F(flush) \
  F(consumeInput) F(isBusy) F(getResult) F(putCopyData) F(putCopyEnd) F(resultStatus) F(resultErrorField) F(clear) \
  F(ntuples) F(nfields) F(fname) F(ftype) F(getisnull) F(getvalue) F(getlength) F(cmdTuples)

struct pipe_pq {
#define F(name) __typeof__(&PQ##name) name;
  PIPE_PQ_FUNCTIONS(F)
#undef F
};

// Fills the table; returns why it could not, or NULL.
static inline const char *pipe_pq_load(struct pipe_pq *functions) {
  void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return dlerror();
#define F(name) \
  functions->name = (__typeof__(&PQ##name))dlsym(library, "PQ" #name); \
  if (functions->name == NULL) return "it has no function PQ" #name;
  PIPE_PQ_FUNCTIONS(F)
#undef F
  return NULL;
}
