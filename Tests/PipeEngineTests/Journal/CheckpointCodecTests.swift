import PipeTesting
import Testing

@testable import PipeEngine

struct CheckpointCodecTests {
  private static let base = SinkBase(
    position: SinkPosition([4, 5]), rows: 90, leftOut: DoneSet([3, 80]), order: [DoneSet(0..<90)])

  /// A checkpoint that has something to say of everything.
  private static let full: Checkpoint = {
    let host = HostMemory(
      notBefore: 1_700_000_005_000, concurrency: 3, spacing: 200, slowDowns: 2, answers: 5, failures: 3,
      failedProbes: 1, isDown: true, givenUp: "https",
      lastError: RequestError(.connect, "refused", .noConnection),
      robotsRefusals: [
        "https://h:8443": RobotsRefusal(until: 1_700_000_300_000, error: RequestError(.robots, "it cannot be had")),
        "http://h:8443": RobotsRefusal(until: 1_700_000_200_000),
      ], crawlDelays: ["https://h:8443": 10_000])
    return Checkpoint(
      number: 17, moment: 1_700_000_000_123, worked: 61_000, phase: .publishing,
      sources: [
        SourceProgress(
          done: DoneSet(0..<100), isDry: true, yielded: 120, bookmark: SourceBookmark(ordinal: 90, bytes: [1, 2]))
      ],
      sinks: [
        SinkProgress(
          position: SinkPosition([9, 8, 7]), rows: 99, ahead: [DoneSet([101, 105])], base: base,
          announced: AnnouncedBatch(position: SinkPosition([9, 8, 8]), rows: 3, requests: [DoneSet([110, 111])]))
      ],
      hosts: ["h:8443": host],
      totals: RunTotals(
        requests: 100, retries: 4, redirects: 2, bytes: 123_456, failed: 3, skipped: 1, asked: 130,
        statuses: [200: 90, 404: 6], errors: ["timeout": 3]),
      expected: [1, 0, 0],
      retry: Checkpoint.Retry(number: 2, began: 1_700_000_000_000, worked: 60_000, requests: [DoneSet([7, 9])]))
  }()

  /// The properties of a value, those of the values in it as well.
  private func properties(_ value: Any, _ path: String = "") -> [String: String] {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .struct, !(value is DoneSet) else { return [path: String(describing: value)] }
    return mirror.children.reduce(into: [:]) { all, child in
      all.merge(properties(child.value, path + "." + (child.label ?? ""))) { first, _ in first }
    }
  }

  private func expectAllSet(_ value: Any, besides empty: Any) {
    let (found, nothing) = (properties(value), properties(empty))
    for (path, text) in found { #expect(text != nothing[path], "\(path) of \(type(of: value)) is not tried") }
  }

  @Test func `Every property of a checkpoint is written and read`() throws {
    let full = Self.full
    // A property that is added later fails here until it is tried.
    expectAllSet(full, besides: Checkpoint())
    expectAllSet(try #require(full.sources.first), besides: SourceProgress())
    expectAllSet(try #require(full.sinks.first), besides: SinkProgress())
    expectAllSet(try #require(full.hosts["h:8443"]), besides: HostMemory())
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(full)) == full)
    var unordered = full
    unordered.sinks[0].base = SinkBase(position: SinkPosition([4, 5]), rows: 90, leftOut: DoneSet([3, 80]))
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(unordered)) == unordered)
    // As a step, too, from nothing and to itself.
    var next = full
    next.number += 1
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(next, after: full), after: full) == next)
    var before = Checkpoint()
    before.number = full.number - 1
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(full, after: before), after: before) == full)
    // An announcement is told until it is settled, and no longer.
    var settled = next
    settled.number += 1
    settled.sinks[0] = next.sinks[0].settled(.committed)
    #expect(CheckpointCodec.decode(CheckpointCodec.encode(settled, after: next), after: next) == settled)
    // A base is dropped with the first position, and what was fetched again is told to the end.
    var later = next
    later.number += 1
    later.sinks[0].base = nil
    let step = CheckpointCodec.encode(later, after: next)
    #expect(CheckpointCodec.decode(step, after: next) == later)
    #expect(step.count < 40)
    for phase in Checkpoint.Phase.allCases {
      next.phase = phase
      #expect(CheckpointCodec.decode(CheckpointCodec.encode(next)) == next)
    }
  }

  /// What a run could come to after a checkpoint.
  private func next(_ last: Checkpoint, _ random: inout RepeatableRandom) -> Checkpoint {
    var next = last
    next.number += 1
    next.moment += Int.random(in: -1000...60_000, using: &random)
    next.worked += Int.random(in: 0...2000, using: &random)
    if random.oneIn(5) { next.phase = Checkpoint.Phase.allCases.randomElement(using: &random) ?? .running }
    if random.oneIn(3) { next.expected = random.oneIn(4) ? [] : [1, UInt8.random(in: 0...255, using: &random)] }
    if random.oneIn(4) { next.sources.append(SourceProgress()) }
    for index in next.sources.indices {
      next.sources[index].yielded += 50
      for _ in 0..<20 {
        next.sources[index].done.insert(Int.random(in: 0..<next.sources[index].yielded, using: &random))
      }
      if random.oneIn(3) {
        let ordinal = next.sources[index].done.firstMissing
        next.sources[index].bookmark =
          random.oneIn(4) ? nil : SourceBookmark(ordinal: ordinal, bytes: [UInt8(ordinal & 255)])
      }
      if random.oneIn(9) { next.sources[index].isDry.toggle() }
    }
    if random.oneIn(4) { next.sinks.append(SinkProgress()) }
    for index in next.sinks.indices {
      if random.oneIn(2) {
        next.sinks[index].position =
          random.oneIn(5) ? nil : SinkPosition([1, UInt8.random(in: 0...255, using: &random)])
        next.sinks[index].rows += 7
      }
      var ahead = next.sinks[index].ahead
      while ahead.count < next.sources.count { ahead.append(DoneSet()) }
      for source in ahead.indices {
        ahead[source].insert(Int.random(in: 0..<next.sources[source].yielded, using: &random))
        ahead[source].subtract(next.sources[source].done)
      }
      next.sinks[index].ahead = ahead
    }
    let name = "h\(Int.random(in: 0..<4, using: &random))"
    if random.oneIn(3) {
      next.hosts[name] = nil
    } else {
      next.hosts[name, default: HostMemory()].spacing += 1
      next.hosts[name]?.notBefore = random.oneIn(2) ? nil : next.moment + 500
    }
    next.totals.requests += 20
    next.totals.statuses[Int.random(in: 200...204, using: &random), default: 0] += 1
    next.totals.errors["timeout", default: 0] += random.oneIn(2) ? 1 : 0
    return next
  }

  @Test(arguments: Effort.seeds(10))
  func `A run's checkpoints are read as they were, from steps and from any snapshot on`(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    var written = Checkpoint()
    var read = Checkpoint()
    for _ in 0..<30 {
      let new = next(written, &random)
      let step = CheckpointCodec.encode(new, after: written)
      read = try #require(CheckpointCodec.decode(step, after: read))
      #expect(read == new)
      #expect(CheckpointCodec.decode(CheckpointCodec.encode(new)) == new)
      // A step of another checkpoint is not taken for one of this.
      #expect(CheckpointCodec.decode(step, after: new) == nil)
      #expect(CheckpointCodec.decode(step) == nil)
      written = new
    }
  }

  @Test(arguments: Effort.seeds(3))
  func `Bytes that are cut off or changed are refused, or read as something else`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let bytes = CheckpointCodec.encode(Self.full)
    for count in bytes.indices { #expect(CheckpointCodec.decode(Array(bytes[..<count])) == nil) }
    #expect(CheckpointCodec.decode(bytes + [0]) == nil)
    #expect(CheckpointCodec.decode([2] + bytes.dropFirst()) == nil, "another version")
    for _ in 0..<Effort.times(300) {
      var broken = bytes
      for _ in 0...1 {
        broken[Int.random(in: broken.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = CheckpointCodec.decode(broken)
    }
  }

  @Test func `A step of a run that only went on takes few bytes`() {
    var last = Self.full
    last.sources[0].done = DoneSet(0..<1_000_000)
    var new = last
    new.number += 1
    new.moment += 1000
    new.worked += 1000
    new.sources[0].done.insert(1_000_000..<1_002_000)
    new.sources[0].yielded += 2000
    new.sinks[0].rows += 2000
    new.totals.requests += 2000
    new.totals.statuses[200, default: 0] += 2000
    #expect(CheckpointCodec.encode(new, after: last).count < 60)
  }
}
