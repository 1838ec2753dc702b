import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `redis`: requests made of the elements of a list, set or stream.
struct RedisSource: Source {
  let url: Located<RedisURL>
  let place: Place
  /// The column that holds the URL, if no template makes it.
  let column: Located<String>?
  let template: RequestTemplate

  /// What is read.
  enum Place: Sendable {
    /// - Parameter takes: Whether elements are removed once their rows are durable.
    case list(String, takes: Bool)
    case set(String)
    /// Entries behind one, or all.
    case stream(String, after: String?)
    /// Entries that nobody of a group has got, acknowledged once their rows are durable.
    case group(String, stream: String, consumer: String, idle: Duration?)

    /// Whether entries are taken from others.
    var takes: Bool {
      switch self {
      case .list(_, let takes): takes
      case .group: true
      case .set, .stream: false
      }
    }
  }

  private static let name = Shape.name("a key")

  static let component = Component<any Source>(
    .source, "redis",
    "Requests made of the elements of a list, set or stream of a Redis server: URLs, JSON objects, or the fields of entries. They "
      + "are kept in the journal: a resumed run adds those that are new. What is taken from others is removed or acknowledged once "
      + "its rows are durable.",
    options: MapShape(
      RedisURL.sourceKey,
      Key(optional: "list", name.located, "The key of a list.", example: "urls"),
      Key(optional: "set", name.located, "The key of a set.", example: "urls"),
      Key(optional: "stream", name.located, "The key of a stream.", example: "urls"),
      Key(
        optional: "take", .bool,
        "With list: whether its elements are taken, the first ones first. They are in the list NAME:pipe until their rows are "
          + "durable. Without it, the list stays as it is.", example: "true"),
      Key(
        optional: "after", Shape.name("the ID of an entry").located,
        "With stream: only entries behind this one. Without it, all of them.", example: "1526919030474-0"),
      Key(
        optional: "group", Shape.name("the name of a group").located,
        "With stream: the consumer group, which is made if it is not there. Entries are acknowledged once their rows are durable.",
        example: "fetchers"),
      Key(
        optional: "consumer", Shape.name("the name of a consumer").located,
        "With group: who takes the entries; pipe if it is left out. Two runs at a time need two names.",
        example: "host-1"),
      Key(
        optional: "idle", .duration(from: "1s", to: "1000h"),
        "With group: entries that another consumer has had for so long without acknowledging them are taken over.",
        example: "1h"),
      Key(
        optional: "column", Shape.name("the name of a column").located,
        "The field that holds the URL; without it, url. An element that is not a JSON object is the URL itself.",
        example: "link"),
      make: {
        Options(
          url: $0, list: $1, set: $2, stream: $3, take: $4, after: $5, group: $6, consumer: $7, idle: $8, column: $9)
      }
    ).joined(RequestTemplate.map).checked { both, map, context -> RedisSource? in
      let (options, template) = both
      if let column = options.column, template.url != nil {
        context.report(
          .conflict, at: column.span, "column names the URL of each row, and url makes it", hint: "remove one of them")
        return nil
      }
      guard let place = options.place(map, &context) else { return nil }
      return RedisSource(url: options.url, place: place, column: options.column, template: template)
    },
    examples: [
      "redis: {database: \"redis://127.0.0.1:6379/0\", list: urls, take: true}",
      "redis: {database: \"redis://127.0.0.1:6379/0\", stream: products, group: fetchers, url: \"https://example.com/p/{sku}\"}",
    ],
    make: { $0 })

  private struct Options: Sendable {
    let url: Located<RedisURL>
    let list: Located<String>?
    let set: Located<String>?
    let stream: Located<String>?
    let take: Bool?
    let after: Located<String>?
    let group: Located<String>?
    let consumer: Located<String>?
    let idle: Duration?
    let column: Located<String>?

    /// - Returns: `nil` once a fault is reported.
    func place(_ map: MapNode, _ context: inout DecodingContext) -> Place? {
      let keys = [list, set, stream].compactMap(\.self)
      if keys.count != 1 {
        let span = keys.count > 1 ? keys[1].span : map.span
        context.report(
          keys.count > 1 ? .conflict : .missingKey, at: span, "a source reads one of list, set and stream",
          hint: "for example: list: urls")
        return nil
      }
      func belongs(_ name: String, _ isThere: Bool, to owner: String, _ isMeant: Bool) -> Bool {
        if !isThere || isMeant { return true }
        context.report(
          .conflict, at: map.entry(name)?.key.span ?? map.span, "\(name) is for \(owner)", hint: "leave it out")
        return false
      }
      guard belongs("take", take != nil, to: "a list", list != nil),
        belongs("after", after != nil, to: "a stream without a group", stream != nil && group == nil),
        belongs("group", group != nil, to: "a stream", stream != nil),
        belongs("consumer", consumer != nil, to: "a stream with a group", group != nil),
        belongs("idle", idle != nil, to: "a stream with a group", group != nil)
      else { return nil }
      if let list { return .list(list.value, takes: take ?? false) }
      if let set { return .set(set.value) }
      guard let stream else { return nil }
      if let group {
        return .group(group.value, stream: stream.value, consumer: consumer?.value ?? "pipe", idle: idle)
      }
      if let after, RedisStreamID(after.value) == nil {
        context.report(
          .badValue, at: after.span, "'\(excerpt(after.value))' is not the ID of an entry",
          hint: "write it as 1526919030474-0")
        return nil
      }
      return .stream(stream.value, after: after?.value)
    }
  }

  private var keyText: String {
    switch place {
    case .list(let key, let takes): "list \(excerpt(key))\(takes ? ", taken" : "")"
    case .set(let key): "set \(excerpt(key))"
    case .stream(let key, _): "stream \(excerpt(key))"
    case .group(let group, let stream, let consumer, _):
      "stream \(excerpt(stream)), taken by \(excerpt(consumer)) of \(excerpt(group))"
    }
  }

  var summary: String { "\(url.value.shown) (\(keyText))" }

  func notes(in folder: SourceFolder) -> [String] { template.notes(in: folder) }

  var origins: Set<WebURL.OriginKey>? { template.url?.origin.map { [$0] } }

  func rereading(in folder: SourceFolder) -> SourceRereading { .changing }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] { template.inputs(in: folder) }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    template.check(in: folder, report)
  }

  var isQueue: Bool { place.takes }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let template = try template.opened(in: environment.folder)
    let name = url.value.shown
    var taken: RedisTaken?
    if place.takes {
      guard environment.done != nil else {
        throw RunError(
          name, "elements are taken only by a run with a journal, which tells when they are done",
          hint: "remove journal: off, or write to a sink that can be resumed")
      }
      taken = RedisTaken(place, on: url.value, behind: output.nextID.ordinal, tell: output.teller)
    }
    // What waits for a server blocks.
    let thread = try SinkThread("for a server")
    let isClosed = output.isClosed
    try await withTaskExecutorPreference(thread) {
      let server = RedisServer(url.value, mayWait: { !isClosed() && !Task.isCancelled }, tell: output.teller)
      do {
        var elements = RedisElements(place, on: server, column: template.url == nil ? column?.value ?? "url" : nil)
        try elements.begin()
        var isTold = false
        while let page = try elements.next() {
          for element in page {
            let ordinal = output.nextID.ordinal
            try await output.yield(element.row, template, of: name)
            taken?.add(element.receipt, output.nextID.ordinal > ordinal ? ordinal : nil)
          }
          // A list must not become shorter while it is read.
          guard let taken, !elements.readsTaken else { continue }
          if !isTold {
            // What is in the journal was taken before, and nobody has it any more.
            output.takeAll()
            environment.done?.onCheckpoint { taken.giveBack($0) }
            isTold = true
          }
          if taken.isFull { try await output.flush() }
          while taken.isFull {
            guard server.pause(.milliseconds(50)) else { throw CancellationError() }
          }
        }
      } catch let error as RunError where error.comesOfStop {
        throw CancellationError()
      }
    }
  }
}
