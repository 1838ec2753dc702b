import PipeSpec
import PipeStorage
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine
@testable import PipeStages

/// What failed in a crawl, fetched again: the links of pages that answer now are followed.
@Suite(.timeLimit(.minutes(20)))
struct RetriedCrawlTests {
  private static let spec = """
    version: 1
    sources: [urls: ["http://h/"]]
    fetch: {retry: 1, robots: ignore}
    crawl: {depth: 3}
    extract: [url, status, error, depth, referrer]
    sinks:
      - csv: /w/pages.csv
      - csv: {path: /w/links.csv, rows: links, fields: [from, to, status, error]}
    """

  /// Pages and where they lead to.
  private static let site = [
    "/": ["/a", "/b", "/far/1"], "/a": ["/a1", "/far/3"], "/b": [], "/a1": ["/"], "/far/1": ["/far/2"],
    "/far/2": ["/far/3"], "/far/3": ["/far/4"], "/far/4": [],
  ]

  /// Answers each request at once; some paths fail.
  private struct SiteFetcher: Fetcher {
    let failing: Set<String>
    let asked: Recorder<String>

    func fetch(_ work: any FetchWork) async throws {
      let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
      work.onChange { change.yield() }
      var waiter = changes.makeAsyncIterator()
      while true {
        switch work.take(upTo: 4) {
        case .requests(let requests): work.complete(requests.map(answer))
        case .finished, .draining: return
        case .wait: await waiter.next()
        }
      }
    }

    private func answer(_ request: Request) -> Fetched {
      let path = request.url.map { String($0.pathname) } ?? ""
      asked.append(path)
      if failing.contains(path) {
        return Fetched(request: request, response: nil, error: RequestError(.protocol, "not HTTP"))
      }
      let body = (RetriedCrawlTests.site[path] ?? []).map { "<a href=\($0)>x</a>" }.joined()
      return Fetched(
        request: request,
        response: HTTPResponse(
          status: 200, version: .http11, contentType: "text/html", body: Array(body.utf8), length: body.utf8.count),
        error: nil)
    }
  }

  /// - Returns: The paths that were asked for.
  private func run(_ request: RunRequest, failing: Set<String>, on storage: MemoryStorage) async throws -> [String] {
    let pipeline = Pipeline(whole: Self.spec)
    let plan = try #require(pipeline.plan, "\(pipeline.brief)")
    var settings = RunJournal.Settings(folder: "/w/.pipe/crawl")
    settings.interval = .milliseconds(1)
    let opening = try RunJournal.open(
      settings, for: request, spec: try #require(SpecMeaning([1, 0])), at: "/w/crawl.yaml", shown: "crawl.yaml",
      of: plan, in: storage)
    switch opening {
    case .run(let journal):
      let fetcher = SiteFetcher(failing: failing, asked: Recorder<String>())
      let run = Run(plan, fetcher: fetcher, journal: journal, storage: storage)
      let outcome = await run.perform()
      #expect(outcome.reason == .complete, "\(outcome) \(run.progress.discrepancies)")
      return fetcher.asked.all
    case .publish(let journal):
      _ = try journal.completePublishing(plan, in: storage)
      return []
    default:
      Issue.record("\(opening)")
      return []
    }
  }

  private func lines(_ path: String, _ storage: MemoryStorage) throws -> [String] {
    let text = String(decoding: try #require(storage.bytes(path)), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).map(String.init).sorted()
  }

  @Test(arguments: [["/a"], ["/"], ["/a", "/far/1"], ["/far/2", "/b"]] as [Set<String>])
  func `It comes to the pages and the links of a crawl in which nothing failed`(failing: Set<String>) async throws {
    let whole = MemoryStorage(MemoryDisk(folders: ["/w"]))
    _ = try await run(.run, failing: [], on: whole)
    let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
    let first = try await run(.run, failing: failing, on: storage)
    let again = try await run(.retryFailed, failing: [], on: storage)
    #expect(failing.isSubset(of: again))
    #expect(Set(again).subtracting(failing).isDisjoint(with: first))
    #expect(try lines("/w/links.csv", storage) == lines("/w/links.csv", whole))
    func pages(_ storage: MemoryStorage) throws -> [String] {
      // Depths and referrers of rows that did not fail are as they were told.
      try lines("/w/pages.csv", storage).map { $0.split(separator: ",").prefix(2).joined(separator: ",") }
    }
    #expect(try pages(storage) == pages(whole))
  }

  @Test(arguments: [["/a"], ["/"], ["/far/2", "/b"]] as [Set<String>])
  func `Whatever a crash leaves of it, it goes on to the same pages and links`(failing: Set<String>) async throws {
    let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
    _ = try await run(.run, failing: failing, on: storage)
    let before = storage.disk
    let retried = MemoryStorage(before, from: 10_000)
    _ = try await run(.retryFailed, failing: [], on: retried)
    let (pages, links) = (try lines("/w/pages.csv", retried), try lines("/w/links.csv", retried))
    var disks: [(Int, MemoryDisk)] = []
    CrashModel.enumerate(retried.operations, on: before) { count, outcome in disks.append((count, outcome.disk)) }
    for (count, disk) in disks.enumerated().filter({ $0.offset % 5 == 0 }).map(\.element) {
      let after = MemoryStorage(disk, from: 20_000)
      let checkpoint = try PastRun(lastIn: JournalFolder(path: "/w/.pipe/crawl", storage: after))?.checkpoint
      if checkpoint?.phase != .finished {
        _ = try await run(.resume, failing: [], on: after)
      } else if checkpoint?.retry == nil {
        _ = try await run(.retryFailed, failing: [], on: after)
      }
      #expect(try lines("/w/pages.csv", after) == pages, "after \(count) operations")
      #expect(try lines("/w/links.csv", after) == links, "after \(count) operations")
    }
  }
}
