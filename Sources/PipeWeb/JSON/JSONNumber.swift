/// A number of a JSON text, which keeps its digits: nothing is rounded until somebody computes with it.
package struct JSONNumber: Sendable, Equatable {
  private enum Form: Sendable {
    /// Written as Swift would write it.
    case integer(Int64)
    case text(String)
  }

  private let form: Form

  package init(_ value: Int64) {
    form = .integer(value)
  }

  /// - Parameter text: a number in the grammar of RFC 8259 6, which is not checked.
  init(uncheckedText text: String) {
    form = .text(text)
  }

  /// The number as it was written.
  package var text: String {
    switch form {
    case .integer(let value): String(value)
    case .text(let text): text
    }
  }

  /// The value, where it is an integer of 64 bits, `1.0` and `1e2` included.
  package var integer: Int64? {
    switch form {
    case .integer(let value): value
    case .text(let text): Int64(text) ?? Self.integer(Double(text) ?? .nan)
    }
  }

  /// The integer that `value` is, where no other integer is so near that it may have been meant.
  private static func integer(_ value: Double) -> Int64? {
    guard abs(value) < 0x1p53 else { return nil }
    let integer = Int64(value)
    return Double(integer) == value ? integer : nil
  }

  /// The nearest value; infinite where the number is too large for it.
  package var double: Double {
    switch form {
    case .integer(let value): Double(value)
    case .text(let text): Double(text) ?? .nan
    }
  }

  package static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if case .integer(let left) = left.form, case .integer(let right) = right.form { return left == right }
    if let left = left.integer, let right = right.integer { return left == right }
    let (leftValue, rightValue) = (left.double, right.double)
    if leftValue.isInfinite && rightValue.isInfinite { return left.text == right.text }
    return leftValue == rightValue && (left.integer == nil) == (right.integer == nil)
  }

  package static func < (left: JSONNumber, right: JSONNumber) -> Bool {
    if let left = left.integer, let right = right.integer { return left < right }
    return left.double < right.double
  }
}
