/// The secrets of a run, so that what is printed can show `***` in their place.
package struct Secrets: Sendable {
  private var values: [String] = []

  package init() {}

  package mutating func insert(_ value: String) {
    guard !value.isEmpty, !values.contains(value) else { return }
    values.append(value)
    // Longest first: a secret that holds another one is replaced whole.
    values.sort { $0.utf8.count > $1.utf8.count }
  }

  package var isEmpty: Bool { values.isEmpty }

  /// The text with every secret in it replaced by `***`.
  package func redact(_ text: String) -> String {
    values.reduce(text) { $0.replacing($1, with: "***") }
  }
}
