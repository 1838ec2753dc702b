internal import PipeText

/// A checkpoint as bytes: a snapshot tells all of it, a step what is new since the checkpoint before.
///
/// The first byte is the version, 1. A step has what only grows as what has come (`DoneSet`), numbers as their differences,
/// and of sinks and hosts those that are not as they were. Applied to another checkpoint than the one before, it is refused
/// by its number.
///
/// The second byte has flags: 1 for a step, 2 if there is something behind the totals, of a run in which what failed is fetched
/// again, 4 if what was brought to the expectations is not as it was, which then comes, 8 if a sink has announced a commit, which
/// comes last.
enum CheckpointCodec {
  private static let version: UInt8 = 1

  /// - Parameter last: The checkpoint before; `nil` for a snapshot.
  static func encode(_ checkpoint: Checkpoint, after last: Checkpoint? = nil) -> [UInt8] {
    let base = last ?? Checkpoint()
    let isRetry = checkpoint.retry != nil || checkpoint.sinks.contains { $0.base != nil }
    let isExpected = checkpoint.expected != base.expected
    let isAnnounced = checkpoint.sinks.contains { $0.announced != nil }
    var bytes: [UInt8] = [
      version, (last == nil ? 0 : 1) | (isRetry ? 2 : 0) | (isExpected ? 4 : 0) | (isAnnounced ? 8 : 0),
    ]
    bytes.append(varint: checkpoint.number)
    bytes.append(signed: checkpoint.moment &- base.moment)
    bytes.append(signed: checkpoint.worked &- base.worked)
    bytes.append(checkpoint.phase.rawValue)
    bytes.append(varint: checkpoint.sources.count)
    for (index, source) in checkpoint.sources.enumerated() {
      append(source, after: base.sources.at(index) ?? SourceProgress(), to: &bytes)
    }
    bytes.append(varint: checkpoint.sinks.count)
    for (index, sink) in checkpoint.sinks.enumerated() {
      append(sink, after: base.sinks.at(index) ?? SinkProgress(), to: &bytes)
    }
    append(checkpoint.hosts, after: base.hosts, to: &bytes)
    append(checkpoint.totals, after: base.totals, to: &bytes)
    if isRetry {
      append(checkpoint.retry, after: base.retry, to: &bytes) { append($0, to: &$1) }
      for (index, sink) in checkpoint.sinks.enumerated() {
        append(sink.base, after: base.sinks.at(index)?.base, to: &bytes) { append($0, to: &$1) }
      }
    }
    if isExpected { bytes.append(blob: checkpoint.expected) }
    if isAnnounced {
      for (index, sink) in checkpoint.sinks.enumerated() {
        append(sink.announced, after: base.sinks.at(index)?.announced, to: &bytes) { append($0, to: &$1) }
      }
    }
    return bytes
  }

  /// - Parameter last: The checkpoint before, if there is one.
  /// - Returns: `nil` if the bytes are not what `encode` makes, or are the step of another checkpoint.
  static func decode(_ bytes: [UInt8], after last: Checkpoint? = nil) -> Checkpoint? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version, let flags = reader.byte(), flags < 16, let number = reader.count() else {
      return nil
    }
    let isStep = flags & 1
    // A snapshot stands for itself, wherever it is.
    let base = isStep == 1 ? last : Checkpoint()
    guard let base, isStep == 0 || number == base.number + 1, let moment = reader.signed(),
      let worked = reader.signed(), let phase = reader.byte().flatMap({ Checkpoint.Phase(rawValue: $0) })
    else { return nil }
    var checkpoint = Checkpoint(
      number: number, moment: base.moment &+ moment, worked: base.worked &+ worked, phase: phase)
    guard let sources = reader.count(ofBytes: 1) else { return nil }
    for index in 0..<sources {
      guard let source = source(&reader, after: base.sources.at(index) ?? SourceProgress()) else { return nil }
      checkpoint.sources.append(source)
    }
    guard let sinks = reader.count(ofBytes: 1) else { return nil }
    for index in 0..<sinks {
      guard let sink = sink(&reader, after: base.sinks.at(index) ?? SinkProgress(), checkpoint.sources) else {
        return nil
      }
      checkpoint.sinks.append(sink)
    }
    guard let hosts = hosts(&reader, after: base.hosts), let totals = totals(&reader, after: base.totals) else {
      return nil
    }
    checkpoint.hosts = hosts
    checkpoint.totals = totals
    for index in checkpoint.sinks.indices { checkpoint.sinks[index].base = nil }
    if flags & 2 != 0 {
      guard case .read(let retry) = part(&reader, after: base.retry, retry) else { return nil }
      checkpoint.retry = retry
      for index in checkpoint.sinks.indices {
        guard case .read(let sink) = part(&reader, after: base.sinks.at(index)?.base, sinkBase) else { return nil }
        checkpoint.sinks[index].base = sink
      }
    }
    checkpoint.expected = base.expected
    if flags & 4 != 0 {
      guard let expected = reader.blob() else { return nil }
      checkpoint.expected = expected
    }
    for index in checkpoint.sinks.indices { checkpoint.sinks[index].announced = nil }
    if flags & 8 != 0 {
      for index in checkpoint.sinks.indices {
        guard case .read(let batch) = part(&reader, after: base.sinks.at(index)?.announced, announced) else {
          return nil
        }
        checkpoint.sinks[index].announced = batch
      }
    }
    return reader.isAtEnd ? checkpoint : nil
  }

  /// The number of a checkpoint.
  static func number(of bytes: [UInt8]) -> Int? {
    var reader = ByteReader(bytes.prefix(12))
    return reader.bytes(2) == nil ? nil : reader.count()
  }

  // MARK: Sources

  private static func append(_ source: SourceProgress, after last: SourceProgress, to bytes: inout [UInt8]) {
    let isMarked = source.bookmark != last.bookmark
    bytes.append((source.isDry ? 1 : 0) | (isMarked ? 2 : 0) | (source.bookmark == nil ? 4 : 0))
    bytes.append(signed: source.yielded &- last.yielded)
    source.done.subtracting(last.done).encode(into: &bytes)
    guard isMarked, let bookmark = source.bookmark else { return }
    bytes.append(varint: bookmark.ordinal)
    bytes.append(blob: bookmark.bytes)
  }

  private static func source(_ reader: inout ByteReader, after last: SourceProgress) -> SourceProgress? {
    guard let flags = reader.byte(), flags < 8, let yielded = reader.signed(), let new = DoneSet.decode(&reader)
    else { return nil }
    var source = last
    source.isDry = flags & 1 != 0
    source.yielded = last.yielded &+ yielded
    guard last.done.mayTake(new) else { return nil }
    source.done.formUnion(new)
    if flags & 4 != 0 {
      source.bookmark = nil
    } else if flags & 2 != 0 {
      guard let ordinal = reader.count(), let bytes = reader.blob() else { return nil }
      source.bookmark = SourceBookmark(ordinal: ordinal, bytes: bytes)
    }
    return source
  }

  // MARK: Sinks

  private static func append(_ sink: SinkProgress, after last: SinkProgress, to bytes: inout [UInt8]) {
    let isMoved = sink.position != last.position
    bytes.append((isMoved ? 1 : 0) | (sink.position == nil ? 2 : 0))
    if isMoved, let position = sink.position { bytes.append(blob: position.bytes) }
    bytes.append(signed: sink.rows &- last.rows)
    bytes.append(varint: sink.ahead.count)
    // What is done by now is left out when it is read.
    for (index, ahead) in sink.ahead.enumerated() {
      ahead.subtracting(last.ahead.at(index) ?? DoneSet()).encode(into: &bytes)
    }
  }

  private static func sink(
    _ reader: inout ByteReader, after last: SinkProgress, _ sources: [SourceProgress]
  ) -> SinkProgress? {
    guard let flags = reader.byte(), flags < 4 else { return nil }
    var sink = last
    if flags & 2 != 0 { sink.position = nil }
    if flags & 3 == 1 {
      guard let bytes = reader.blob() else { return nil }
      sink.position = SinkPosition(bytes)
    }
    guard let rows = reader.signed(), let count = reader.count(ofBytes: 3) else { return nil }
    sink.rows = last.rows &+ rows
    sink.ahead = []
    for index in 0..<count {
      guard let new = DoneSet.decode(&reader) else { return nil }
      var ahead = last.ahead.at(index) ?? DoneSet()
      guard ahead.mayTake(new) else { return nil }
      ahead.formUnion(new)
      if let source = sources.at(index) { ahead.subtract(source.done) }
      sink.ahead.append(ahead)
    }
    return sink
  }

  // MARK: Hosts

  private static func append(
    _ hosts: [String: HostMemory], after last: [String: HostMemory], to bytes: inout [UInt8]
  ) {
    let gone = last.keys.filter { hosts[$0] == nil }.sorted()
    let changed = hosts.filter { last[$0.key] != $0.value }.sorted { $0.key < $1.key }
    bytes.append(varint: gone.count)
    for name in gone { bytes.append(text: name) }
    bytes.append(varint: changed.count)
    for (name, host) in changed {
      bytes.append(text: name)
      append(host, to: &bytes)
    }
  }

  private static func append(_ host: HostMemory, to bytes: inout [UInt8]) {
    bytes.append(
      (host.isDown ? 1 : 0) | (host.notBefore == nil ? 0 : 2) | (host.concurrency == nil ? 0 : 4)
        | (host.givenUp == nil ? 0 : 8) | (host.lastError == nil ? 0 : 16) | (host.hasRobotsDetails ? 32 : 0))
    for path in HostMemory.countPaths { bytes.append(signed: host[keyPath: path]) }
    if let moment = host.notBefore { bytes.append(signed: moment) }
    if let concurrency = host.concurrency { bytes.append(signed: concurrency) }
    if let scheme = host.givenUp { bytes.append(text: scheme) }
    if let error = host.lastError { bytes.append(error) }
    bytes.append(varint: host.robotsRefusals.count)
    let refusals = host.robotsRefusals.sorted { $0.key < $1.key }
    for (authority, refusal) in refusals {
      bytes.append(text: authority)
      bytes.append(signed: refusal.until)
    }
    guard host.hasRobotsDetails else { return }
    let errors = refusals.compactMap { authority, refusal in refusal.error.map { (authority, $0) } }
    bytes.append(varint: errors.count)
    for (authority, error) in errors {
      bytes.append(text: authority)
      bytes.append(error)
    }
    bytes.append(varint: host.crawlDelays.count)
    for (authority, delay) in host.crawlDelays.sorted(by: { $0.key < $1.key }) {
      bytes.append(text: authority)
      bytes.append(signed: delay)
    }
  }

  private static func hosts(
    _ reader: inout ByteReader, after last: [String: HostMemory]
  ) -> [String: HostMemory]? {
    var hosts = last
    guard let gone = reader.count(ofBytes: 1) else { return nil }
    for _ in 0..<gone {
      guard let name = reader.text() else { return nil }
      hosts[name] = nil
    }
    guard let changed = reader.count(ofBytes: 8) else { return nil }
    for _ in 0..<changed {
      guard let name = reader.text(), let host = host(&reader) else { return nil }
      hosts[name] = host
    }
    return hosts
  }

  private static func host(_ reader: inout ByteReader) -> HostMemory? {
    guard let flags = reader.byte(), flags < 64 else { return nil }
    var host = HostMemory(isDown: flags & 1 != 0)
    for path in HostMemory.countPaths {
      guard let count = reader.signed() else { return nil }
      host[keyPath: path] = count
    }
    if flags & 2 != 0 {
      guard let moment = reader.signed() else { return nil }
      host.notBefore = moment
    }
    if flags & 4 != 0 {
      guard let concurrency = reader.signed() else { return nil }
      host.concurrency = concurrency
    }
    if flags & 8 != 0 {
      guard let scheme = reader.text() else { return nil }
      host.givenUp = scheme
    }
    if flags & 16 != 0 {
      guard let error = reader.error() else { return nil }
      host.lastError = error
    }
    guard let refusals = reader.count(ofBytes: 2) else { return nil }
    for _ in 0..<refusals {
      guard let authority = reader.text(), let moment = reader.signed() else { return nil }
      host.robotsRefusals[authority] = RobotsRefusal(until: moment)
    }
    if flags & 32 != 0, !robotsDetails(&reader, of: &host) { return nil }
    return host
  }

  private static func robotsDetails(_ reader: inout ByteReader, of host: inout HostMemory) -> Bool {
    guard let errors = reader.count(ofBytes: 4) else { return false }
    for _ in 0..<errors {
      guard let authority = reader.text(), let error = reader.error(), host.robotsRefusals[authority] != nil else {
        return false
      }
      host.robotsRefusals[authority]?.error = error
    }
    guard let delays = reader.count(ofBytes: 2) else { return false }
    for _ in 0..<delays {
      guard let authority = reader.text(), let delay = reader.signed() else { return false }
      host.crawlDelays[authority] = delay
    }
    return true
  }

  // MARK: Totals

  private static func append(_ totals: RunTotals, after last: RunTotals, to bytes: inout [UInt8]) {
    for path in RunTotals.countPaths { bytes.append(signed: totals[keyPath: path] &- last[keyPath: path]) }
    let statuses = totals.statuses.filter { last.statuses[$0.key] != $0.value }.sorted { $0.key < $1.key }
    bytes.append(varint: statuses.count)
    for (status, count) in statuses {
      bytes.append(signed: status)
      bytes.append(signed: count)
    }
    let errors = totals.errors.filter { last.errors[$0.key] != $0.value }.sorted { $0.key < $1.key }
    bytes.append(varint: errors.count)
    for (code, count) in errors {
      bytes.append(text: code)
      bytes.append(signed: count)
    }
  }

  private static func totals(_ reader: inout ByteReader, after last: RunTotals) -> RunTotals? {
    var totals = last
    for path in RunTotals.countPaths {
      guard let difference = reader.signed() else { return nil }
      totals[keyPath: path] = last[keyPath: path] &+ difference
    }
    guard let statuses = reader.count(ofBytes: 2) else { return nil }
    for _ in 0..<statuses {
      guard let status = reader.signed(), let count = reader.signed() else { return nil }
      totals.statuses[status] = count
    }
    guard let errors = reader.count(ofBytes: 2) else { return nil }
    for _ in 0..<errors {
      guard let code = reader.text(), let count = reader.signed() else { return nil }
      totals.errors[code] = count
    }
    return totals
  }
}

extension HostMemory {
  /// The numbers that are always there, in the order in which they are written.
  fileprivate static var countPaths: [WritableKeyPath<HostMemory, Int>] {
    [\.spacing, \.slowDowns, \.answers, \.failures, \.failedProbes]
  }

  /// Whether there is more to tell of robots.txt than the moments of refusals.
  fileprivate var hasRobotsDetails: Bool {
    !crawlDelays.isEmpty || robotsRefusals.values.contains { $0.error != nil }
  }
}

extension RunTotals {
  /// The numbers, in the order in which they are written.
  static var countPaths: [WritableKeyPath<RunTotals, Int>] {
    [\.requests, \.retries, \.redirects, \.bytes, \.failed, \.skipped, \.asked]
  }
}

extension Array {
  func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

extension [UInt8] {
  /// Appends bytes behind their number.
  mutating func append(blob: [UInt8]) {
    append(varint: blob.count)
    self += blob
  }
}

extension ByteReader {
  /// Bytes behind their number.
  mutating func blob() -> [UInt8]? { count().flatMap { bytes($0) }.map(Array.init) }
}
