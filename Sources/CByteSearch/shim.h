// Sixteen bytes looked at in a step: each function answers with a bit a byte, the first byte's the lowest. Swift's own
// vectors have no such answer. Vectors of the compiler, so that every processor has its own instructions for them.
#include <stddef.h>
#include <stdint.h>

// glibc and musl have it, and hide it from whom does not ask for more than POSIX.
extern void *memmem(const void *bytes, size_t count, const void *piece, size_t length);

/// The first place of a piece in bytes, or NULL; in linear time.
static inline const uint8_t *pipe_find(const uint8_t *bytes, size_t count, const uint8_t *piece, size_t length) {
  return (const uint8_t *)memmem(bytes, count, piece, length);
}

typedef uint8_t pipe_bytes16 __attribute__((ext_vector_type(16)));
typedef _Bool pipe_bits16 __attribute__((ext_vector_type(16)));

static inline __attribute__((always_inline)) pipe_bytes16 pipe_load16(const uint8_t *bytes) {
  pipe_bytes16 loaded;
  __builtin_memcpy(&loaded, bytes, sizeof loaded);
  return loaded;
}

#define PIPE_BITS(condition)                                                  \
  pipe_bits16 bits = __builtin_convertvector(condition, pipe_bits16);         \
  uint16_t result;                                                            \
  __builtin_memcpy(&result, &bits, sizeof result);                            \
  return result

/// Which bytes are this one.
static inline __attribute__((always_inline)) uint16_t pipe_equal16(const uint8_t *bytes, uint8_t byte) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS(v == (pipe_bytes16)(byte));
}

/// Which bytes may end a tag's name: white space and other controls, `/`, `>`.
static inline __attribute__((always_inline)) uint16_t pipe_tag_name_ends16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS((v <= (pipe_bytes16)(0x20)) | (v == (pipe_bytes16)('/')) | (v == (pipe_bytes16)('>')));
}

/// Which bytes end a name of letters and digits, or go on with one of others: all before the digits, and `>`.
static inline __attribute__((always_inline)) uint16_t pipe_plain_name_ends16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS((v < (pipe_bytes16)('0')) | (v == (pipe_bytes16)('>')));
}

/// Which bytes may end an attribute's name: those that may end a tag's, and `=`.
static inline __attribute__((always_inline)) uint16_t pipe_attribute_name_ends16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS((v <= (pipe_bytes16)(0x20)) | (v == (pipe_bytes16)('/')) | (v == (pipe_bytes16)('>'))
            | (v == (pipe_bytes16)('=')));
}

/// Which bytes may change how the rest of a tag is read, names and white space passed over: `=`, quotes, `>`.
static inline __attribute__((always_inline)) uint16_t pipe_tag_marks16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS((v == (pipe_bytes16)('=')) | (v == (pipe_bytes16)('>')) | (v == (pipe_bytes16)('"'))
            | (v == (pipe_bytes16)('\'')));
}

/// Which bytes of a text may stand for something else: NUL, CR, `&`.
static inline __attribute__((always_inline)) uint16_t pipe_text_marks16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS((v == (pipe_bytes16)(0)) | (v == (pipe_bytes16)('\r')) | (v == (pipe_bytes16)('&')));
}

/// Which bytes end a line: LF and CR.
static inline __attribute__((always_inline)) uint16_t pipe_line_ends16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS((v == (pipe_bytes16)('\n')) | (v == (pipe_bytes16)('\r')));
}

/// Which bytes are not ASCII.
static inline __attribute__((always_inline)) uint16_t pipe_not_ascii16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  PIPE_BITS(v >= (pipe_bytes16)(0x80));
}

/// Which bytes are neither letters nor digits nor any of `-`, `/`, `_`.
static inline __attribute__((always_inline)) uint16_t pipe_not_plain16(const uint8_t *bytes) {
  pipe_bytes16 v = pipe_load16(bytes);
  pipe_bytes16 letter = (v | (pipe_bytes16)(0x20)) - (pipe_bytes16)('a');
  pipe_bytes16 other = v - (pipe_bytes16)('/');
  PIPE_BITS((letter > (pipe_bytes16)(25)) & (other > (pipe_bytes16)('9' - '/')) & (v != (pipe_bytes16)('-'))
            & (v != (pipe_bytes16)('_')));
}

#undef PIPE_BITS
