internal import Glibc

/// A POSIX semaphore.
///
/// `@unchecked Sendable`: every thread may call the system's functions on it. It stays where it was made, and its memory
/// is freed with its last user.
package final class POSIXSemaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  package init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Safe in a signal handler (signal-safety(7)).
  package func signal() { sem_post(semaphore) }

  package func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }
}
