// What the Glibc module leaves out.
#include <sys/vfs.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include "crash.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Locks an open file for its one writer, without waiting (flock(2)); Swift has a type of the function's name.
// A hint: brings what is at an address into the processor's cache, and never fails.
static inline void pipe_prefetch(const void *address) { __builtin_prefetch(address); }

static inline int pipe_lock_file(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

/// Lets go of the lock, for whoever has a copy of the descriptor.
static inline int pipe_unlock_file(int descriptor) { return flock(descriptor, LOCK_UN); }

/// Renames a file to a name that nothing has yet (renameat2(2), RENAME_NOREPLACE).
static inline int pipe_rename_new(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1);
}

/// Whether another file cannot take the place of this one: it is a mount point, or marked as not to be changed
/// (statx(2)). 0 where the system does not tell.
static inline int pipe_is_fixed(const char *path) {
  // The layout of struct statx (linux/stat.h). The C library declares it with _GNU_SOURCE alone, which Swift does not
  // define, and the bits of a mount point are newer than some of its headers.
  struct {
    uint32_t mask, block_size;
    uint64_t attributes;
    uint8_t others[240];
  } status;
  if (syscall(SYS_statx, AT_FDCWD, path, 0, 0, &status) != 0) return 0;
  const uint64_t immutable = 0x10, append_only = 0x20, mount_root = 0x2000;
  return (status.attributes & (immutable | append_only | mount_root)) != 0;
}
/* The number of the file system that a path is on (statfs(2)); 0 if that is not known. */
static inline unsigned long pipe_file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (unsigned long)status.f_type & 0xFFFFFFFFul : 0;
}

