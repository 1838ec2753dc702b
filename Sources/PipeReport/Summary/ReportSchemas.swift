package import PipeSpec

/// The JSON Schemas (draft 2020-12) of what programs read of a run.
package enum ReportSchemas {
  private static let dialect = "https://json-schema.org/draft/2020-12/schema"

  /// Of `--summary FILE`.
  package static var summary: JSONText {
    var object = object(summaryProperties)
    object.insert((key: "$schema", value: .string(dialect)), at: 0)
    object.insert((key: "$id", value: "summary.schema.json"), at: 1)
    object.insert((key: "title", value: "What came of a run of pipe"), at: 2)
    return .object(object)
  }

  /// Of a line of `--progress json`.
  package static var progress: JSONText {
    [
      "$schema": .string(dialect), "$id": "progress.schema.json", "title": "A line of pipe run --progress json",
      "oneOf": [
        .object(
          object([
            ("event", ["const": "progress"]), ("elapsed", number), ("done", count), ("failed", count),
            ("not_ok", count),
            ("in_flight", count), ("waiting", count), ("total", orNull(count)), ("found", orNull(count)),
            ("rate", number), ("seconds_left", orNull(number)), ("p50_ms", orNull(number)), ("p95_ms", orNull(number)),
          ])),
        .object(object([("event", ["const": "stall"]), ("seconds", count), ("lines", list(text))])),
        .object(object([("event", ["const": "notice"]), ("text", text)])),
        log,
        .object(object([("event", ["const": "summary"])] + summaryProperties)),
      ],
    ]
  }

  /// Of a line of `--log-format json`. Which fields it has depends on what has happened.
  private static var log: JSONText {
    let always: [Property] = [
      ("event", ["const": "log"]), ("time", text),
      ("level", ["enum": .array(LogEntry.Level.allCases.map { .string($0.rawValue) })]), ("message", text),
    ]
    let counts = ["attempt", "status", "rows", "lost"]
    let fields = LogLine.names.map { name -> Property in
      (name, counts.contains(name) ? count : name.hasSuffix("_ms") ? number : text)
    }
    return [
      "type": "object", "properties": .object((always + fields).map { (key: $0.0, value: $0.1) }),
      "required": .array(always.map { .string($0.0) }), "additionalProperties": .bool(false),
    ]
  }

  private typealias Property = (String, JSONText)

  private static var summaryProperties: [Property] {
    let host = JSONText.object(
      object([
        ("host", text), ("requests", count), ("broken", count), ("bytes", count), ("mean_ms", number),
        ("slowest_ms", number),
      ]))
    let latencies = ["p50", "p90", "p95", "p99", "max"].map { ($0, orNull(number)) }
    let stage = [
      "received", "generated", "sent", "filtered", "empty", "deduplicated", "rejected", "checked", "left_out",
      "beyond_limit",
      "unfinished",
    ]
    return [
      ("summary", ["const": 1]), ("pipe", text), ("name", orNull(text)), ("spec_sha256", orNull(text)),
      ("outcome", ["enum": ["complete", "unexpected", "stopped", "failed"]]), ("stop_reason", text),
      ("exit_status", ["enum": [0, 1, 3, 5, 129, 130, 143]]), ("failure", orNull(text)), ("started_at", text),
      ("ended_at", text), ("duration_s", number),
      (
        "requests",
        .object(
          object(
            ["done", "done_before", "retried", "attempts_again", "left_undone"].map { ($0, count) }
              + ["waiting", "unread"].map { ($0, orNull(count)) }))
      ),
      ("records", .object(object(["total", "failed", "broken"].map { ($0, count) }))),
      ("statuses", counts), ("errors", counts), ("bytes", count),
      ("latency_ms", .object(object([("count", count)] + latencies))),
      (
        "hosts",
        .object(
          object([
            ("count", count), ("requests_to_others", count), ("slowest", list(host)), ("most_broken", list(host)),
          ]))
      ),
      (
        "expectations",
        list(
          .object(
            object([
              ("text", text), ("line", count), ("holds", ["type": "boolean"]), ("words", list(text)),
              ("values", ["type": "object", "additionalProperties": orNull(number)]), ("offences", orNull(count)),
              ("offenders", list(.object(object([("url", text), ("item", count), ("words", text)])))),
            ])))
      ),
      (
        "files",
        list(
          .object(
            object([
              ("sink", text), ("path", text), ("rows", count), ("published", ["type": "boolean"]),
              ("bytes", orNull(count)), ("sha256", orNull(text)),
            ])))
      ),
      (
        "ledger",
        .object(
          object([
            ("conserved", ["type": ["boolean", "null"]]), ("discrepancies", list(text)),
            ("stages", list(.object(object([("name", text)] + stage.map { ($0, count) })))),
          ]))
      ),
      ("notices", list(text)), ("to_go_on", orNull(text)),
    ]
  }

  private static let text: JSONText = ["type": "string"]
  private static let number: JSONText = ["type": "number", "minimum": 0]
  private static let count: JSONText = ["type": "integer", "minimum": 0]
  private static let counts: JSONText = ["type": "object", "additionalProperties": ["type": "integer", "minimum": 1]]

  private static func orNull(_ schema: JSONText) -> JSONText { ["anyOf": [schema, ["type": "null"]]] }
  private static func list(_ schema: JSONText) -> JSONText { ["type": "array", "items": schema] }

  /// An object that has these members and no others.
  private static func object(_ properties: [Property]) -> [(key: String, value: JSONText)] {
    [
      (key: "type", value: "object"),
      (key: "properties", value: .object(properties.map { (key: $0.0, value: $0.1) })),
      (key: "required", value: .array(properties.map { .string($0.0) })),
      (key: "additionalProperties", value: .bool(false)),
    ]
  }
}
