internal import PipeSpec
internal import PipeWeb

/// A plan for programs: one JSON object.
package enum PlanJSON {
  package static func render(_ outline: PlanOutline, _ spec: StatedOptions? = nil) -> String {
    let totals = outline.totals
    let object: JSONText = [
      "name": optional(outline.name), "description": optional(outline.description),
      "stages": .array(outline.stages.map(stage)), "edges": .array(outline.connections.map(edge)),
      "fields": .array(
        outline.fields.map {
          [
            "name": .string($0.name), "type": .string($0.type), "needs": .string($0.need.rawValue),
            "hidden": .bool($0.isHidden),
          ]
        }),
      "needs": .string(outline.need.rawValue),
      "sinks": .array(outline.outputs.map(sink)),
      "expect": .array(outline.expectations.map { .string($0) }),
      "journal": outline.journal.map {
        [
          "folder": .string($0.folder), "sync": .string($0.isDurable ? "power" : "process"),
          "every_ms": .int($0.interval.milliseconds),
        ]
      } ?? .null,
      "bounds": [
        "requests": ["known": .int(totals.requests), "exact": .bool(totals.areRequestsExact)],
        "hosts": ["known": .int(totals.hosts), "exact": .bool(totals.areHostsExact)],
        "least_duration_ms": .int(totals.leastDuration.milliseconds),
        "memory_bytes": .int(totals.memory.total), "sockets": .int(totals.sockets),
      ],
      "options": .object((spec?.options ?? []).map { ($0.key, .string($0.value)) }),
    ]
    return object.indented
  }

  private static func stage(_ stage: PlanOutline.Stage) -> JSONText {
    [
      "id": .string(stage.id), "kind": .string(stage.kind.rawValue), "title": .string(stage.title),
      "notes": .array(stage.notes.map { .string($0) }), "concurrency": .int(stage.concurrency),
    ]
  }

  private static func edge(_ edge: PlanOutline.Connection) -> JSONText {
    [
      "from": .string(edge.from), "to": .string(edge.to), "carries": .string(edge.carries),
      "elements": .int(edge.elements), "bytes": .int(edge.bytes),
      "when": optional(edge.condition),
    ]
  }

  private static func sink(_ output: PlanOutline.Output) -> JSONText {
    [
      "id": .string(output.id), "component": .string(output.component), "target": .string(output.target),
      "columns": .array(output.columns.map { .string($0) }), "when": optional(output.condition),
      "order": .string(output.order.rawValue), "delivery": .string(output.delivery.rawValue),
      "publish": .string(output.publication.name),
      "definition": output.definition.isEmpty ? .null : .string(output.definition.joined(separator: "\n")),
    ]
  }

  private static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }
}
