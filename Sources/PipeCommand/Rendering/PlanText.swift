import PipeEngine
import PipeSpec

/// A plan as text, readable at 80 columns.
enum PlanText {
  static func render(_ plan: Plan) -> String {
    var lines: [String] = []
    lines.append(plan.name.map { "plan \($0)" } ?? "plan")
    for source in plan.sources {
      let count =
        switch source.source.count(in: plan.folder) {
        case .exactly(let count): "\(count) request\(count == 1 ? "" : "s")"
        case .unknown: "as many requests as it gives"
        }
      lines.append("  source   \(source.name): \(source.source.summary), \(count)")
    }
    lines.append("  admit")
    lines.append(
      "  fetch    \(plan.fetch.concurrency) at once, \(plan.fetch.perHost.concurrency) at one host, content: "
        + (plan.needs.content == .whole ? "whole" : "counted, not kept"))
    lines.append("  extract  \(plan.bounds.extractors) side by side")
    lines.append("  route")
    for sink in plan.sinks {
      lines.append("  sink     \(sink.name): \(sink.sink.summary): \(sink.columns.map(\.name).joined(separator: ", "))")
    }
    return plan.secrets.redact(lines.joined(separator: "\n"))
  }
}
