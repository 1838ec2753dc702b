/// A value as a database has it.
package enum SQLValue: Hashable, Sendable {
  case null
  case int(Int64)
  case double(Double)
  case text(String)
  case blob([UInt8])

  package var text: String? { if case .text(let text) = self { text } else { nil } }

  package var int: Int? { if case .int(let number) = self { Int(number) } else { nil } }
}
