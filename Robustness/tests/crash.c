// Preloaded, it stands in for a fault of pipe's: a page in zstd ends the process, as freed memory would.
#include <stddef.h>

size_t ZSTD_decompressStream(void *context, void *output, void *input) {
  (void)context, (void)output, (void)input;
  volatile int *nowhere = NULL;
  return *nowhere;
}
