/// Events of requests that are done: the frames in which they go into the journal, and what they add up to.
struct EventBatch: Sendable {
  private static let eventsPerFrame = 4096

  private var full: [[UInt8]] = []
  private var encoder = RequestEventEncoder()
  private var others = RunTotals()
  /// Of events that are like most.
  private var plain = (requests: 0, bytes: 0)
  /// The status that came last, and how many in a row had it.
  private var run = (status: UInt16(0), count: 0)

  var frames: [[UInt8]] { encoder.count == 0 ? full : full + [encoder.bytes] }

  var totals: RunTotals {
    var totals = others
    totals.requests += plain.requests
    totals.bytes += plain.bytes
    if run.count > 0 { totals.statuses[Int(run.status), default: 0] += run.count }
    return totals
  }

  mutating func append(_ event: RequestEvent) {
    others.add(event)
    encoder.append(event)
    endFrameIfFull()
  }

  /// The same as of the `RequestEvent` that it stands for.
  mutating func append(_ event: PlainEvent, id: RequestID, rows: [Int]) {
    plain.requests += 1
    plain.bytes += event.bytes
    if event.status != run.status {
      if run.count > 0 { others.statuses[Int(run.status), default: 0] += run.count }
      run = (event.status, 0)
    }
    run.count += 1
    encoder.append(event, id: id, rows: rows)
    endFrameIfFull()
  }

  private mutating func endFrameIfFull() {
    if encoder.count < Self.eventsPerFrame { return }
    full.append(encoder.bytes)
    encoder = RequestEventEncoder()
  }
}
