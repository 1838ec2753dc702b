#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Macros of OpenSSL that Swift does not see.

static inline int pipe_tls_set_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

static inline int pipe_tls_require_1_2(SSL_CTX *context) {
  return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

// A memory that is read to its end has more to come.
static inline void pipe_tls_keep_open(BIO *memory) { BIO_set_mem_eof_return(memory, -1); }
