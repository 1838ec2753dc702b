internal import Glibc

/// The most files that the process may have open.
enum FileDescriptorLimit {
  /// Raises the limit to what the system allows: most shells give 1,024, which a few hundred hosts use up.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
      return
    }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
