internal import CMimalloc

/// The allocator of the process: mimalloc, which takes the place of libc's for every library as it is linked.
///
/// What a page takes is allocated on the loop's thread and freed on another, thousands of times a second. With glibc's
/// allocator that cost 15 % more CPU a page, and its heaps had to be kept from shrinking between two pages.
enum MemoryTuning {
  /// Keeps the linker from leaving the library out, as nothing else names it.
  static func apply() { _ = mi_version() }
}
