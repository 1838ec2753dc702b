import PipeSpec
import PipeStorage
import PipeTesting
import PipeText
import PipeWeb
import Testing

@testable import PipeEngine

/// The requests of sources that cannot be read again, in the journal.
struct RequestFrameTests {
  private let folder = JournalFolder(path: "/j", storage: MemoryStorage())

  private func request(_ ordinal: Int, source: Int = 0, body: [UInt8]? = nil) -> Request {
    Request(
      id: RequestID(source: source, ordinal: ordinal), written: "http://h.example/\(ordinal)", body: body,
      input: ["b": .string("ü"), "a": .int(ordinal), "\u{1F600}": .null])
  }

  private func begin(segmentSize: Int = Journal.segmentSize) throws -> Journal {
    try Journal(
      beginning: JournalHeader(.init(run: 1, number: 1), began: 0, spec: ""), [], Checkpoint(), in: folder,
      segmentSize: segmentSize)
  }

  private func requests(of source: Int) throws -> [Request] {
    let past = try #require(try PastRun(lastIn: folder))
    var reader = PastRequests(of: source, in: past.frames([.requests], in: folder), path: folder.path)
    var all: [Request] = []
    while let next = try reader.next() { all += next }
    return all
  }

  private func bytes(_ request: Request) -> [UInt8] {
    var bytes: [UInt8] = []
    RequestCodec.encode(request, into: &bytes)
    return bytes
  }

  @Test(arguments: [1, 5000, 4 << 20])
  func `Each source has its requests back in their order, whatever segments they are in`(size: Int) throws {
    var journal = try begin(segmentSize: size)
    var sources = [RequestFrames(source: 0), RequestFrames(source: 1)]
    for batch in 0..<10 {
      for source in 0...1 {
        sources[source].add((batch * 7..<batch * 7 + 7).map { request($0, source: source) })
        // Now and then there is nothing to tell.
        if (batch + source) % 3 > 0 { for frame in sources[source].take() { try journal.add(.requests, frame) } }
      }
      try journal.add(.findings, [1])
      if batch % 2 == 1 { try journal.commit(Checkpoint(), at: batch) }
    }
    for source in 0...1 {
      let all = try requests(of: source)
      #expect(all.count >= 56)
      #expect(all.indices.allSatisfy { bytes(all[$0]) == bytes(request($0, source: source)) })
    }
    #expect(try requests(of: 2).isEmpty)
  }

  @Test func `A request that is larger than a frame is in several`() throws {
    var journal = try begin()
    #expect(RequestFrames.largest + 32 <= LogFormat.largestPayload)
    let largest = 64 << 10
    var frames = RequestFrames(source: 0, largest: largest)
    let body = (0..<(largest * 5 / 2)).map { UInt8(truncatingIfNeeded: $0 / 251) }
    frames.add([request(0), request(1, body: body), request(2)])
    let payloads = frames.take()
    #expect(payloads.count == 4)
    #expect(payloads.allSatisfy { $0.count <= largest + 32 })
    for payload in payloads { try journal.add(.requests, payload) }
    try journal.commit(Checkpoint(), at: 0)
    let all = try requests(of: 0)
    #expect(all.map(\.id.ordinal) == [0, 1, 2])
    #expect(all[1].body == body)
  }

  @Test func `They end where the past run ends, whatever is written behind`() throws {
    var journal = try begin(segmentSize: 1)
    var frames = RequestFrames(source: 0)
    func write(_ ordinals: Range<Int>) throws {
      frames.add(ordinals.map { request($0) })
      for frame in frames.take() { try journal.add(.requests, frame) }
      try journal.commit(Checkpoint(), at: 0)
    }
    try write(0..<3)
    try write(3..<5)
    let past = try #require(try PastRun(lastIn: folder))
    var reader = PastRequests(of: 0, in: past.frames([.requests], in: folder), path: folder.path)
    let first = try reader.next()
    #expect(first?.count == 3)
    try write(5..<9)
    let second = try reader.next()
    #expect(second?.count == 2)
    let end = try reader.next()
    #expect(end == nil)
    #expect(try requests(of: 0).count == 9)
  }

  @Test(
    arguments: [
      [2, 0, 0, 0], [1, 2, 0, 0], [1, 0, 0, 1], [1, 0, 0, 0], [1, 1, 0, 0], [1], [1, 0, 0, 0, 1, 5],
    ] as [[UInt8]])
  func `Frames that are not what was written are refused`(payload: [UInt8]) throws {
    var journal = try begin()
    try journal.add(.requests, payload)
    try journal.commit(Checkpoint(), at: 0)
    #expect(throws: LogFault.self) { try requests(of: 0) }
  }

  /// Equal requests are told apart by their bytes, so that these must not depend on the order of a dictionary.
  @Test func `Version 1 is read for ever`() throws {
    var frames = RequestFrames(source: 3)
    let request = Request(
      id: RequestID(source: 3, ordinal: 300), written: "http://h.example", method: .post, body: [1],
      headers: [HTTPFields.Field(name: "X", value: "y")], input: ["b": .string("c"), "a": .int(-1)])
    let faulty = Request(
      RequestSeed(id: RequestID(source: 3, ordinal: 301), written: "x"), url: nil,
      fault: RequestError(.badURL, "list line 2: no"))
    frames.add([request, faulty])
    let taken = frames.take()
    let payload = try #require(taken.first)
    #expect(payload == Self.version1, "\(payload)")
    let read = try #require(RequestCodec.decode(Array(payload.dropFirst(5))))
    #expect(read.map(bytes) == [request, faulty].map(bytes))
    #expect(read[1].fault == faulty.fault)
  }

  static let version1: [UInt8] = [
    1, 0, 3, 172, 2, 4, 172, 2, 16, 104, 116, 116, 112, 58, 47, 47, 104, 46, 101, 120, 97, 109, 112, 108, 101,
    2, 17, 104, 116, 116, 112, 58, 47, 47, 104, 46, 101, 120, 97, 109, 112, 108, 101, 47, 0, 0, 0, 1, 4, 80, 79,
    83, 84, 2, 1, 1, 1, 88, 1, 121, 2, 1, 97, 3, 255, 255, 255, 255, 255, 255, 255, 255, 1, 98, 5, 1, 99, 0, 0,
    0, 0, 0, 4, 173, 2, 1, 120, 0, 1, 7, 98, 97, 100, 45, 117, 114, 108, 15, 108, 105, 115, 116, 32, 108, 105,
    110, 101, 32, 50, 58, 32, 110, 111, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]

  @Test func `A plain request takes little more than its URL`() {
    let url = "http://h.example/a"
    #expect(bytes(Request(id: RequestID(source: 0, ordinal: 100), written: url)).count <= url.utf8.count + 20)
  }

  @Test func `A digest tells requests apart, and not how they came`() {
    func digest(_ requests: [Request]) -> RequestDigest {
      var digest = RequestDigest()
      for request in requests { digest.add(request) }
      return digest
    }
    let all = (0..<5).map { request($0) }
    #expect(digest(all) == digest((0..<5).map { request($0) }))
    #expect(digest(all) != digest(all.reversed()))
    #expect(digest(all) != digest(all.dropLast()))
    #expect(digest(all) != digest(all.dropLast() + [request(4, body: [])]))
  }
}
