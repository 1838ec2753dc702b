/// A limit of the spec that a run has reached before its end.
package struct ReachedLimit: Hashable, Sendable {
  package enum Key: String, Hashable, Sendable, CaseIterable {
    case duration, errors, bytes, disk
  }

  package let key: Key
  /// As the spec has it; `nil` for one that has its default.
  package let value: String?
  /// What was counted: `100 of 2,310 records have an error`.
  package let words: String

  package init(_ key: Key, value: String? = nil, _ words: String) {
    self.key = key
    self.value = value
    self.words = words
  }

  /// `limits.errors (5%)`
  package var name: String { "limits.\(key.rawValue)" + (value.map { " (\($0))" } ?? "") }
}
