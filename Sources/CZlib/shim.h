#include <zlib.h>

// What Swift cannot call: macros that pass the size of the structure along.

// A gzip file's window and header, and the memory of zlib's own default.
static inline int pipe_gzip_begin_writing(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int pipe_gzip_begin_reading(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
