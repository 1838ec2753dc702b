import PipeDatabase
import PipeSpec
import PipeText

/// Why a row, or a value of it, cannot be one of a database.
struct ValueFault: Error {
  /// The database's own code, or one of pipe's: `value`, `key`.
  var code = "value"
  /// The column that it is about, if that is known.
  var column: String?
  let reason: String
}

/// Makes the values of records those of a database.
struct ColumnValues {
  /// `nil` for a store without one, which keeps any text as it is.
  let dialect: SQLDialect?
  /// Texts in which U+0000 became U+FFFD.
  private(set) var replacedCount = 0

  init(for dialect: SQLDialect?) { self.dialect = dialect }

  mutating func value(_ value: Value, _ kind: SQLDialect.Kind) throws(ValueFault) -> SQLValue {
    if case .null = value { return .null }
    switch kind {
    case .text, .date: return .text(text(of: value))
    case .json:
      var bytes: [UInt8] = []
      value.appendJSON(to: &bytes)
      return .text(String(decoding: bytes, as: UTF8.self))
    case .bool:
      if case .bool(let isTrue) = value { return .int(isTrue ? 1 : 0) }
    case .int:
      switch value {
      case .int(let number): return .int(Int64(number))
      case .double(let number): if let whole = Int64(exactly: number) { return .int(whole) }
      case .string(let text), .json(let text):
        if let number = DecimalNumber(text) {
          guard let whole = number.integer else {
            throw ValueFault(
              reason: number.isWhole
                ? "a whole number beyond 64 bits" : "a number with a fraction, in a column of whole ones")
          }
          return .int(Int64(whole))
        }
      case .null, .bool, .list: break
      }
    case .number:
      switch value {
      case .int(let number): return .int(Int64(number))
      case .double(let number) where number.isFinite:
        return dialect?.readsNumbers ?? false ? .text("\(number)") : .double(number)
      case .string(let text), .json(let text):
        if let number = DecimalNumber(text) {
          if let whole = number.integer { return .int(Int64(whole)) }
          if dialect?.readsNumbers ?? false { return .text(text) }
          if let near = Double(text), near.isFinite { return .double(near) }
          throw ValueFault(reason: "a number that is too large")
        }
      case .null, .bool, .double, .list: break
      }
    }
    throw ValueFault(reason: "a value that is not of the column's type")
  }

  private mutating func text(of value: Value) -> String {
    guard case .string(let text) = value else {
      var bytes: [UInt8] = []
      value.appendJSON(to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    if dialect == nil || !text.utf8.contains(0) { return text }
    replacedCount += 1
    var clean = String.UnicodeScalarView()
    clean.append(contentsOf: text.unicodeScalars.lazy.map { $0 == "\0" ? "\u{FFFD}" : $0 })
    return String(clean)
  }
}
