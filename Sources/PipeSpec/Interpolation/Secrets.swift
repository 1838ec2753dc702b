/// The secrets that a spec's scalars were made with, so that a message can be asked whether it tells one.
///
/// What is shown of a spec is not searched for them: a short secret is in every sentence. It is made from the spec as
/// it reads with `***` in the place of each (`Variables.masked`). Values that a run meets are mended by `SecretMask`.
package struct Secrets: Sendable {
  package static let mask = "***"

  private var values: Set<String> = []
  /// Credentials that the spec itself tells.
  private var credentials: Set<String> = []
  /// What stands between two delimiters of a scalar and has a secret in it, and what is shown of it.
  private(set) var parts: [(text: String, shown: String)] = []
  /// The scalars that hold one.
  private var places: Set<SourceSpan> = []

  package init() {}

  mutating func insert(_ value: String) { values.insert(value) }
  mutating func insert(credential: String) { credentials.insert(credential) }
  mutating func insert(_ parts: SecretParts) {
    self.parts += parts.found.filter { $0.text.utf8.count <= SecretParts.longest }
  }
  mutating func insert(at place: SourceSpan) { places.insert(place) }

  /// All that nobody is to see, and the credentials among it.
  var all: Set<String> { values.union(credentials) }

  /// Whether there are any, empty ones among them.
  package var isEmpty: Bool { values.isEmpty }

  /// Whether a text holds one; an empty one is in none.
  package func occur(in text: String) -> Bool { values.contains { !$0.isEmpty && text.contains($0) } }

  /// Whether a scalar that holds one is at a place, in part.
  package func stand(at place: SourceSpan) -> Bool {
    places.contains { $0.start <= place.start && place.start <= $0.end }
  }
}
