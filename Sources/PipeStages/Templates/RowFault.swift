import PipeEngine
import PipeSpec
import PipeText

/// Why no request can be made of a row. It names the column, and does not repeat its value: that may be a credential.
struct RowFault: Error, Hashable {
  let reason: String

  /// - Parameter reason: Completes the column's name.
  init(_ column: ExactText, _ reason: String) {
    self.reason = "the column '\(excerpt(column.text))' \(reason)"
  }

  /// The object that a path may lead into: `address` for `address.city`.
  private static func owner(of column: ExactText, _ columns: [ExactText: Value]) -> String? {
    let name = String(column.text.prefix { $0 != "." })
    if case .json(let text)? = columns[ExactText(name)], text.hasPrefix("{"), name != column.text { return name }
    return nil
  }

  /// A header field that its columns make unfit.
  init(header name: String, _ refusal: String) { reason = "the header '\(name)' \(refusal)" }

  /// A row without a column.
  init(without column: ExactText, _ columns: [ExactText: Value]) {
    // Of many columns one is not looked for.
    let near = columns.count > 64 ? nil : nearestName(to: column.text, among: columns.keys.map(\.text).sorted())
    reason =
      "the row has no column '\(excerpt(column.text))'"
      + (Self.owner(of: column, columns).map { "; members of the object '\(excerpt($0))' are not columns" }
        ?? near.map { "; did you mean '\(excerpt($0))'?" } ?? "")
  }
}

extension [ExactText: Value] {
  /// The text of a column, as it was written.
  func text(of column: ExactText) throws(RowFault) -> String {
    switch self[column] {
    case nil: throw RowFault(without: column, self)
    case .null: throw RowFault(column, "is null")
    case .string(let text): return text
    case .int(let number): return String(number)
    case .double(let number): return "\(number)"
    case .bool(let isTrue): return isTrue ? "true" : "false"
    case .json(let text) where text.utf8.first == UInt8(ascii: "{"):
      throw RowFault(column, "is an object, which has no place in a text")
    case .json(let text) where text.utf8.first == UInt8(ascii: "["):
      throw RowFault(column, "is a list, which has no place in a text")
    case .json(let text): return text
    case .list: throw RowFault(column, "is a list, which has no place in a text")
    }
  }
}
