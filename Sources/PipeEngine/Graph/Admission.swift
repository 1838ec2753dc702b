internal import Synchronization

/// How many requests a run may still admit, as whoever admits some shares it.
final class AdmissionRoom: Sendable {
  private let left: Atomic<Int>

  /// - Parameter limit: The most requests that are let in.
  init(limit: Int?) { left = Atomic(limit ?? .max) }

  /// Takes room for so many requests, or for as many as there is room for.
  func take(upTo count: Int) -> Int {
    var before = left.load(ordering: .relaxed)
    while true {
      let taken = min(count, max(0, before))
      let (isDone, now) = left.compareExchange(expected: before, desired: before - taken, ordering: .relaxed)
      if isDone { return taken }
      before = now
    }
  }
}

/// Judges requests before they cost anything: a pure value, asked in the order in which requests come.
struct Admission: Sendable {
  /// What becomes of a batch. Every request of it is in one of these.
  struct Verdict {
    /// To be fetched.
    var sound: [Request]
    /// Records with an error at once: there is nothing that could be fetched.
    var faulty: [Request] = []
    /// How many are dropped because the run has as many as it may take.
    var beyondLimit = 0

    /// The requests that are let in: the first ones of the batch.
    var admittedCount: Int { sound.count + faulty.count }
  }

  let room: AdmissionRoom

  func judge(_ batch: [Request]) -> Verdict {
    let count = room.take(upTo: batch.count)
    let admitted = count == batch.count ? batch : Array(batch.prefix(count))
    // Most batches have no fault, and are handed on as they are.
    guard admitted.contains(where: { $0.fault != nil }) else {
      return Verdict(sound: admitted, beyondLimit: batch.count - admitted.count)
    }
    return Verdict(
      sound: admitted.filter { $0.fault == nil }, faulty: admitted.filter { $0.fault != nil },
      beyondLimit: batch.count - admitted.count)
  }
}
