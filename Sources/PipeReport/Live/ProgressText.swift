internal import PipeEngine
package import PipeSpec
internal import PipeWeb

extension RunSample {
  /// A line that is complete in itself, where nothing can be drawn anew.
  package var text: String {
    var words: [String] = []
    if let total {
      words.append("\(done.grouped) of \(total.grouped) done" + (share.map { " (\(Int($0 * 100))%)" } ?? ""))
    } else {
      words.append("\(done.grouped) done" + (found.map { ", \($0.grouped) found" } ?? ""))
    }
    words += ["\(broken.grouped) not ok", "\(failed.grouped) failed", "\(inFlight.grouped) in flight"]
    if let rate { words.append(rate.shownAsRate) }
    if let left { words.append(left.text) }
    words.append(Duration.seconds(elapsed).short)
    return "pipe: " + words.joined(separator: ", ")
  }

  /// The event of a moment, by schemas/progress.schema.json.
  package var event: JSONText {
    func number(_ value: Double?) -> JSONText { value.map { JSONText(thousandths: $0) } ?? .null }
    func count(_ value: Int?) -> JSONText { value.map { .int($0) } ?? .null }
    return [
      "event": "progress", "elapsed": number(elapsed), "done": .int(done), "failed": .int(failed),
      "not_ok": .int(broken), "in_flight": .int(inFlight), "waiting": .int(waiting), "total": count(total),
      "found": count(found), "rate": number(rate ?? 0), "seconds_left": number(left?.seconds),
      "p50_ms": number(p50.map { $0.seconds * 1000 }), "p95_ms": number(p95.map { $0.seconds * 1000 }),
    ]
  }
}

extension JSONText {
  /// A number to three places.
  package init(thousandths value: Double) {
    let rounded = (value * 1000).rounded() / 1000
    self = Int(exactly: rounded).map { .int($0) } ?? (rounded.isFinite ? .number("\(rounded)") : .null)
  }
}
