internal import PipeSpec

/// Metrics in the text format of Prometheus, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
package struct MetricsText: Sendable {
  package enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  package enum Number: Sendable {
    case count(Int)
    case real(Double)

    var text: String {
      switch self {
      case .count(let value): String(value)
      case .real(let value):
        value.isNaN
          ? "NaN"
          : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : Int(exactly: value).map(String.init) ?? "\(value)"
      }
    }
  }

  package typealias Label = (name: String, value: String)

  /// The media type of the format.
  package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  package private(set) var text = ""
  /// Labels that every sample has, written out.
  private let common: String

  /// - Parameter common: Labels that every sample has.
  package init(common: [Label]) { self.common = common.map(Self.written).joined(separator: ",") }

  /// Adds a metric with its samples. Without samples nothing is added.
  package mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [Label], value: Number)]
  ) {
    if samples.isEmpty { return }
    begin(name, kind, help)
    for (labels, value) in samples { add(name, labels, value) }
  }

  /// Adds a metric of one sample.
  package mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Number) {
    add(name, kind, help, [([], value)])
  }

  /// Adds a histogram.
  ///
  /// - Parameter buckets: The greatest value of each, the last one without a bound, and how many values are not greater.
  package mutating func add(
    histogram name: String, _ help: String, buckets: [(most: Double, count: Int)], sum: Double, count: Int
  ) {
    begin(name, .histogram, help)
    for bucket in buckets { add(name + "_bucket", [("le", Number.real(bucket.most).text)], .count(bucket.count)) }
    add(name + "_bucket", [("le", "+Inf")], .count(count))
    add(name + "_sum", [], .real(sum))
    add(name + "_count", [], .count(count))
  }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func add(_ name: String, _ labels: [Label], _ value: Number) {
    text += name + Self.braces(common, labels) + " \(value.text)\n"
  }

  private static func braces(_ common: String, _ labels: [Label]) -> String {
    let all = ([common] + labels.map(written)).filter { !$0.isEmpty }
    return all.isEmpty ? "" : "{" + all.joined(separator: ",") + "}"
  }

  /// What a sample begins with that has no labels but the common ones.
  package func start(of name: String) -> String { name + Self.braces(common, []) + " " }

  /// Characters of a value at the most.
  private static let longestValue = 200

  private static func written(_ label: Label) -> String {
    // Whoever shows metrics may do so on a terminal.
    let shown = String(String.UnicodeScalarView(TerminalCell.shown(label.value).unicodeScalars.prefix(longestValue)))
    return "\(label.name)=\"\(shown.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
