import PipeSpec
import PipeStorage
import PipeTesting
import PipeWeb
import Synchronization

@testable import PipeEngine
@testable import PipeStages

/// The run itself, on a disk in memory and without a network, so that a test can end it anywhere.
struct CrashedRun {
  static let folder = "/w/.pipe/crawl"
  static let outputs = ["/w/out/a.csv", "/w/out/b.jsonl", "/w/out/c.jsonl.gz"]

  /// Requests of the run.
  let count: Int
  let seed: UInt64

  /// What a run that ended otherwise than it should says.
  struct Failure: Error { let words: String }

  private var plan: Plan {
    get throws {
      let text = """
        version: 1
        sources: [range: {url: "http://h/{n}", from: 0, to: \(count - 1)}]
        fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
        extract: [url, status, error]
        sinks:
          - csv: \(Self.outputs[0])
          - jsonl: {path: \(Self.outputs[1]), order: input}
          - jsonl: {path: \(Self.outputs[2]), when: status == 404}
        """
      let pipeline = Pipeline(whole: text)
      guard let plan = pipeline.plan else { throw Failure(words: pipeline.brief.joined(separator: ", ")) }
      return plan
    }
  }

  /// Goes on with what is on the disk, to the end.
  ///
  /// - Returns: The requests that it made.
  @discardableResult
  func perform(on storage: MemoryStorage) async throws -> [Int] {
    var settings = RunJournal.Settings(folder: Self.folder)
    settings.interval = .milliseconds(1)
    guard let meaning = SpecMeaning([1, 0]) else { throw Failure(words: "the meaning") }
    let opening = try RunJournal.open(
      settings, for: .resume, spec: meaning, at: "/w/crawl.yaml", shown: "crawl.yaml", in: storage)
    let plan = try plan
    switch opening {
    case .run(let journal):
      let fetcher = UnevenFetcher(seed: seed)
      let run = Run(plan, fetcher: fetcher, journal: journal, storage: storage)
      let outcome = await run.perform()
      if outcome.reason != .complete || !run.progress.discrepancies.isEmpty {
        throw Failure(words: "\(outcome.reason) \(run.progress.discrepancies)")
      }
      return fetcher.ordinals
    case .publish(let journal):
      try journal.completePublishing(plan, in: storage)
      return []
    case .readOnly(let error): throw error
    case .refused(let status, let words, _): throw Failure(words: "\(status): \(words)")
    }
  }
}

/// Answers a few requests at a time, in an order of a seed; what it answers depends on the request alone.
private final class UnevenFetcher: Fetcher {
  private let seed: UInt64
  private let fetched = Mutex<[Int]>([])

  init(seed: UInt64) { self.seed = seed }

  /// What was fetched.
  var ordinals: [Int] { fetched.withLock { $0 } }

  func fetch(_ work: any FetchWork) async throws {
    let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    work.onChange { change.yield() }
    var waiter = changes.makeAsyncIterator()
    var random = RepeatableRandom(seed: seed)
    var inFlight: [Request] = []
    while true {
      switch work.take(upTo: 12 - inFlight.count) {
      case .requests(let requests): inFlight += requests
      case .finished where inFlight.isEmpty: return
      case .draining: return work.abandon(inFlight)
      case .finished: break
      case .wait where inFlight.isEmpty:
        await waiter.next()
        continue
      case .wait: break
      }
      inFlight.shuffle(using: &random)
      let answered = inFlight.suffix(Int.random(in: 1...inFlight.count, using: &random))
      inFlight.removeLast(answered.count)
      fetched.withLock { $0 += answered.map(\.id.ordinal) }
      // So that there are checkpoints meanwhile.
      try await Task.sleep(for: .microseconds(500))
      work.complete(answered.map(answer))
    }
  }

  private func answer(_ request: Request) -> Fetched {
    if request.id.ordinal % 7 == 3 {
      return Fetched(request: request, response: nil, error: RequestError(.protocol, "not HTTP"))
    }
    let status = [200, 200, 404, 500][request.id.ordinal % 4]
    return Fetched(request: request, response: HTTPResponse(status: status, version: .http11), error: nil)
  }
}
