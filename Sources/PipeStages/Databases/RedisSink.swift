import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText

/// `redis`: rows as keys of a Redis server.
struct RedisSink: Sink {
  let url: Located<RedisURL>
  let key: Located<TemplateText>
  let form: RedisForm
  let ttl: Duration?
  let maxLength: Int?
  let rejects: Located<String>?

  static let component = Component<any Sink>(
    .sink, "redis",
    "Rows in a Redis server, a transaction for each batch of a second or 4 MiB: a hash for each, or the elements of a list, "
      + "stream or set.",
    options: MapShape(
      RedisURL.key,
      Key(
        "key", TemplateText.shape.map { text, node, _ in Located(text, at: node.span) },
        "The key, with fields in braces: each row has its own, or those with the same values share one.",
        example: "\"page:{url}\""),
      Key(
        "as",
        .choice {
          switch $0 {
          case .hash: "each row is a hash with a field for each value; a value that is missing is removed from it"
          case .list: "each row is a JSON text behind those of a list"
          case .stream: "each row is an entry of a stream"
          case .set: "each row is a JSON text in a set, where equal rows are one"
          }
        }, default: RedisForm.hash, shown: "hash", "What rows become."),
      Key(
        optional: "ttl", .duration(from: "1s", to: "87600h"),
        "With as: hash, when a hash is gone after its row was written.",
        example: "24h"),
      Key(
        optional: "max_length", .int(1...Int(Int32.max)),
        "With as: stream, how many entries are kept, about: the oldest are removed.", example: "100000"),
      Key(
        optional: "rejects", Shape.path.located,
        "A JSON lines file for rows that cannot be written, with the reason; relative to the working folder. Without it they are "
          + "only counted.", example: "out/rejects.jsonl"),
      make: { (url: $0, key: $1, form: $2, ttl: $3, maxLength: $4, rejects: $5) }
    ).checked { options, map, context -> RedisSink? in
      let key = options.key.value
      func report(_ name: String, _ message: String, _ hint: String, _ code: Diagnostic.Code = .conflict) {
        context.report(code, at: map.entry(name)?.value.span ?? map.span, message, hint: hint)
      }
      if let raw = key.holes.first(where: \.isRaw) {
        context.report(
          .badValue, at: raw.span, "a key encodes nothing, so \(raw.shown) means no more than the field",
          hint: "write {\(excerpt(raw.column.text))}")
        return nil
      }
      if key.pieces.isEmpty {
        report("key", "an empty key would be shared by everything", "name it, as page:{url}", .badValue)
        return nil
      }
      if options.form == .hash, key.holes.isEmpty {
        report("key", "all rows would be one hash", "put a field into the key, as page:{url}, or write as: list")
        return nil
      }
      if options.ttl != nil, options.form != .hash {
        report("ttl", "ttl is for as: hash, and this is as: \(options.form.rawValue)", "leave it out")
        return nil
      }
      if options.maxLength != nil, options.form != .stream {
        report("max_length", "max_length is for as: stream, and this is as: \(options.form.rawValue)", "leave it out")
        return nil
      }
      return RedisSink(
        url: options.url, key: options.key, form: options.form, ttl: options.ttl, maxLength: options.maxLength,
        rejects: options.rejects)
    },
    examples: [
      "redis: {url: \"redis://127.0.0.1:6379/0\", key: \"page:{url}\", ttl: 24h}",
      "redis: {url: \"redis://127.0.0.1\", key: pages, as: stream, max_length: 100000}",
    ],
    make: { $0 })

  var summary: String { "\(url.value.shown) (\(form.rawValue) \(key.value.shown))" }
  var target: Located<SinkTarget> {
    Located(.server(url.value.address.name, table: key.value.shown), at: key.span)
  }
  var delivery: Delivery { .exactlyOnce }
  var deliveryLimit: String? { "as far as the server keeps what it has confirmed (appendonly yes, appendfsync always)" }
  var otherFiles: [Located<String>] { rejects.map { [$0] } ?? [] }
  var replacesRows: Bool { form == .hash }

  func publication() -> Publication { form == .hash ? .merged : .added }

  func check(_ columns: [Column], _ report: (Diagnostic) -> Void) {
    for hole in key.value.holes {
      guard let column = columns.first(where: { $0.name.isExactly(hole.column.text) }) else {
        let names = columns.map(\.name)
        report(
          Diagnostic(
            .unknownField, at: hole.span,
            "the key's '\(excerpt(hole.column.text))' is not a field that this sink writes",
            hint: nearestName(to: hole.column.text, among: names).map { "did you mean '\(excerpt($0))'?" }
              ?? "its fields are \(names.prefix(16).map { excerpt($0) }.joined(separator: ", "))"))
        continue
      }
      if column.type.isList {
        report(
          Diagnostic(
            .typeMismatch, at: hole.span, "'\(excerpt(column.name))' is a list, which has no place in a key",
            hint: "name a field with one value"))
      }
    }
  }

  func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect {
    do throws(RunError) {
      let server = RedisServer(url.value)
      try server.check()
      if key.value.holes.isEmpty, let name = key.value.constant {
        let type = try server.answers(RedisCommands("TYPE", name))[0].text ?? ""
        if type != "none", type != form.rawValue {
          throw RunError(
            server.name, "has a \(type) at the key \(name), not a \(form.rawValue)",
            hint: "name another key, or delete it")
        }
        return type == "none" && !goesOn ? .new : .addedTo
      }
      return .addedTo
    } catch {
      return .refused(error)
    }
  }

  func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome {
    guard let position = DatabasePosition(announced),
      let checkpoint = RedisCheckpoint(run: position.run, sink: sinkName)
    else { throw isForeign }
    return try checkpoint.outcome(of: position, on: RedisServer(url.value))
  }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    let start = position.flatMap { DatabasePosition($0) }
    if position != nil, start == nil { throw isForeign }
    let rows = RedisRows(form, key: key.value, ttl: ttl, maxLength: maxLength, columns)
    let store = try RedisStore(url.value, rows, sink: sinkName, columns, at: start, in: environment)
    let rules = BatchRules(
      dialect: nil, target: "the key \(key.value.shown)", key: rows.keyPlaces, lastWins: form == .hash, rejects: rejects
    )
    return try DatabaseWriter(store, rules, columns, at: start, in: environment)
  }

  /// What the sink is called among those of a pipeline.
  private var sinkName: String { key.value.shown }

  private var isForeign: RunError {
    RunError(
      url.value.shown, "cannot be gone on with: its position is not one of this pipe's",
      hint: "begin anew with --restart")
  }
}
