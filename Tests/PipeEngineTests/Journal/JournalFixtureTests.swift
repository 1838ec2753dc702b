import FoundationEssentials
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine

/// Journals that versions of pipe have written are read for ever, and gone on with.
struct JournalFixtureTests {
  static let checkpoint = Checkpoint(
    number: 1, moment: 1_760_000_001_000, worked: 61_500, phase: .running,
    sources: [
      SourceProgress(
        done: DoneSet([0, 1, 2, 5, 9000]), isDry: false, yielded: 9010, bookmark: SourceBookmark(ordinal: 3, bytes: [7])
      )
    ],
    sinks: [SinkProgress(position: SinkPosition([1, 2, 3]), rows: 6, ahead: [DoneSet([6])])],
    hosts: [
      "h:8443": HostMemory(
        notBefore: 1_760_000_009_000, concurrency: 2, spacing: 100, slowDowns: 1, answers: 2, failures: 3,
        failedProbes: 1, isDown: true, givenUp: "https", lastError: RequestError(.dns, "no such name", .lookupFailed),
        robotsRefusals: ["https://h:8443": RobotsRefusal(until: 1_760_000_300_000)])
    ],
    totals: RunTotals(
      requests: 5, retries: 1, redirects: 1, bytes: 70_000, failed: 1, skipped: 0, asked: 30, statuses: [200: 4],
      errors: ["timeout": 1]))

  static let events = [
    RequestEvent(
      id: RequestID(source: 0, ordinal: 9000), url: URLMark(of: "http://h/a"),
      attempts: [.init(start: 1_760_000_000_500, elapsed: 80, outcome: .answered(status: 200))],
      redirects: [.init(url: "http://h/b", status: 301)], bytes: 14_000, rows: [1]),
    RequestEvent(
      id: RequestID(source: 0, ordinal: 5), url: URLMark(of: "http://h/c"),
      attempts: [
        .init(start: 1_760_000_000_600, elapsed: 10, outcome: .answered(status: 503)),
        .init(start: 1_760_000_000_900, elapsed: 100, outcome: .failed(.timeout)),
      ], error: RequestError(.timeout, "no answer within 10s"), rows: [1]),
  ]

  /// Version 1: what is above, of run 17 of `/w/site.yaml`, whose spec means `extract: [url]`.
  static let version1 = """
    cGlwZWpybmwBAAAAHzEOziI0j30WAAAAAREBgIDmgrlmDC93L3NpdGUueWFtbOv/ZHiie69eDgAAAPEmVPsBAAAAAQABAQdleHRy
    YWN0A3VybCIB1QUTAAAAJ+ErmgEAAAACAQEAAAAAAAAAAAAAAAAAAAAAAAAsfenNXwAAALDD5lsCAAAABAABKNCMAR6nwi/nzuiH
    5oK5ZlCwbQEKaHR0cDovL2gvYtoEAQEUx4wBdKrCL+fMyAEKAALuB9gEZAEHdGltZW91dAd0aW1lb3V0FG5vIGFuc3dlciB3aXRo
    aW4gMTBzAPSog7CQAAAAqWpgDwIAAAADAQEBAdCP5oK5ZvjABwABAuSMAQAAAwICAAMCAQABAgGoBgEDAQcBAQMBAgMMAQAAAQIB
    BgEAAQZoOjg0NDMfyAECBAYC0IzngrlmBAVodHRwcwNkbnMMbm8gc3VjaCBuYW1lAgEOaHR0cHM6Ly9oOjg0NDPAz4qDuWYKAgLg
    xQgCADwBkAMIAQd0aW1lb3V0Ag==
    """

  @Test(arguments: [version1])
  func `A journal of each version is read as it was meant, and gone on with`(text: String) throws {
    let storage = MemoryStorage()
    let folder = JournalFolder(path: "/j", storage: storage)
    let bytes = try #require(Data(base64Encoded: text.filter { !$0.isWhitespace }))
    storage.put("/j/000017-0001.journal", bytes)
    let past = try #require(try PastRun(lastIn: folder))
    #expect(
      past.header
        == JournalHeader(.init(run: 17, number: 1), began: 1_760_000_000_000, spec: "/w/site.yaml"))
    #expect(SpecMeaning(past.spec)?.entries == [.init(key: "extract", value: "url")])
    #expect(past.checkpoint == Self.checkpoint)
    var events: [RequestEvent] = []
    try past.events(in: folder) { events.append($0) }
    #expect(events == Self.events)
    var journal = try Journal(goingOnWith: past, in: folder)
    try journal.commit(Self.checkpoint, at: 1_760_000_002_000)
    #expect(try PastRun(lastIn: folder)?.checkpoint.number == 2)
  }
}
