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
  var request = RunRequest.resume
  /// How often the network was asked before: what fails does not fail for ever, and what answers tells of it.
  var round = 0
  /// Whether pages make a record of each of their items: none, one, or several.
  var hasItems = false
  /// What the outputs have besides.
  var options = ["", ", order: input", ", when: status == 404"]

  /// What each run that came to its end said of its expectations.
  let told = Recorder<[String]>()
  /// Whether each URL is the first page of a list: of one page, or of several.
  var hasLists = false

  /// The requests that there are in all.
  var total: Int { hasLists ? (0..<count).reduce(0) { $0 + Self.pages(of: $1, in: round) } : count }

  /// A number for each page; those of the first ones are the ordinals of their requests.
  static func number(_ list: Int, page: Int) -> Int { list + (page - 1) * 1009 }

  /// Whether a page leads on.
  static func leadsOn(_ list: Int, page: Int, in round: Int) -> Bool {
    let number = number(list, page: page)
    return page <= list % 4 && !fails(number, in: round) && number % 4 < 2
  }

  static func pages(of list: Int, in round: Int) -> Int {
    var page = 1
    while leadsOn(list, page: page, in: round) { page += 1 }
    return page
  }

  /// Whether a request fails: some once, some twice, and so on.
  static func fails(_ ordinal: Int, in round: Int) -> Bool { ordinal % 7 == 3 && ordinal % 5 >= round }

  /// What a run that ended otherwise than it should says.
  struct Failure: Error { let words: String }

  private var plan: Plan {
    get throws {
      let text = """
        version: 1
        sources: [range: {url: "http://h/{n}", from: 0, to: \(count - 1)\(hasLists ? ", follow: {json: $.next}" : "")}]
        fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
        \(hasItems ? "each: {json: '$.items[*]'}" : "name: crash")
        extract: {url: url, status: status, error: error, round: {header: round}\(hasItems ? ", item: item, is: {json: $}" : "")}
        sinks:
          - csv: {path: \(Self.outputs[0])\(options[0])}
          - jsonl: {path: \(Self.outputs[1])\(options[1])}
          - jsonl: {path: \(Self.outputs[2])\(options[2])}
        expect: [records > 0, failed < 1, count(status == 404) < 1, p95(status) < 600]
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
    let plan = try plan
    let opening = try RunJournal.open(
      settings, for: request, spec: meaning, at: "/w/crawl.yaml", shown: "crawl.yaml", of: plan, in: storage)
    switch opening {
    case .run(let journal):
      let fetcher = UnevenFetcher(seed: seed, round: round, hasItems: hasItems, hasLists: hasLists)
      let run = Run(plan, fetcher: fetcher, journal: journal, storage: storage)
      let outcome = await run.perform()
      if outcome.reason != .complete || !run.progress.discrepancies.isEmpty {
        throw Failure(words: "\(outcome.reason) \(run.progress.discrepancies)")
      }
      told.append(outcome.expectations.flatMap(\.words))
      return fetcher.ordinals
    case .publish(let journal):
      told.append(try journal.completePublishing(plan, in: storage).flatMap(\.words))
      return []
    case .readOnly(let error): throw error
    case .nothingFailed: throw Failure(words: "nothing has failed")
    case .refused(let status, let words, _): throw Failure(words: "\(status): \(words)")
    }
  }
}

/// Answers a few requests at a time, in an order of a seed; what it answers depends on the request alone.
final class UnevenFetcher: Fetcher {
  private let seed: UInt64
  private let round: Int
  private let hasItems: Bool
  private let hasLists: Bool
  private let fetched = Mutex<[Int]>([])

  init(seed: UInt64, round: Int, hasItems: Bool, hasLists: Bool) {
    (self.seed, self.round, self.hasItems, self.hasLists) = (seed, round, hasItems, hasLists)
  }

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
      fetched.withLock { $0 += answered.map(Self.number) }
      // So that there are checkpoints meanwhile.
      try await Task.sleep(for: .microseconds(500))
      work.complete(answered.map(answer))
    }
  }

  /// `/7` is the first page of list 7, `/7/2` the second.
  private static func place(_ request: Request) -> (list: Int, page: Int) {
    let parts = (request.url?.pathname ?? "").split(separator: "/").compactMap { Int($0) }
    return (parts.first ?? 0, parts.count > 1 ? parts[1] : 1)
  }

  private static func number(_ request: Request) -> Int {
    let (list, page) = place(request)
    return CrashedRun.number(list, page: page)
  }

  private func answer(_ request: Request) -> Fetched {
    let ordinal = Self.number(request)
    if CrashedRun.fails(ordinal, in: round) {
      return Fetched(request: request, response: nil, error: RequestError(.protocol, "not HTTP in \(round)"))
    }
    let items = (0..<ordinal % 6).map { "\"\(ordinal).\($0)\"" }.joined(separator: ",")
    let (list, page) = Self.place(request)
    let next = hasLists && CrashedRun.leadsOn(list, page: page, in: round) ? ",\"next\":\"/\(list)/\(page + 1)\"" : ""
    let content = hasItems || hasLists ? Array("{\"items\":[\(items)]\(next)}".utf8) : []
    let response = HTTPResponse(
      status: [200, 200, 404, 500][ordinal % 4], version: .http11,
      fields: HTTPFields([.init(name: "round", value: "\(round)")]), contentType: "application/json", body: content,
      length: content.count)
    return Fetched(request: request, response: response, error: nil)
  }
}
