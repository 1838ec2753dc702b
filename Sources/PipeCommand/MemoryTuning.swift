import CLinux

/// How glibc's allocator is set for a run.
enum MemoryTuning {
  /// Keeps memory that is freed and taken again for every page: by default the allocator gives the top of a
  /// thread's heap back to the system above 128 KiB, and the next page faults it in anew (measured: 4 % of the
  /// CPU time of a run). Memory kept this way is bounded by what is given here, for each of a few heaps.
  static func apply() {
    mallopt(M_TRIM_THRESHOLD, 4 << 20)
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
    mallopt(M_ARENA_MAX, 4)
  }
}
