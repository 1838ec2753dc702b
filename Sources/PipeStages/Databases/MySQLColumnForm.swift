import PipeDatabase
import PipeText

/// How a value becomes one of a column that is there. What the column would change without a word is refused here.
enum MySQLColumnForm: Hashable {
  case asIt
  /// - Parameter losesSpaces: Whether spaces behind a text are lost, or not compared.
  case text(losesSpaces: Bool)
  case double
  /// - Parameter scale: Digits behind the point.
  case decimal(scale: Int)
  /// - Parameter digits: Those of a second that it keeps; `nil` for a day alone.
  case moment(digits: Int?)

  /// - Parameter isKey: Whether the column tells rows apart.
  init(_ column: MySQLTable.Column, isKey: Bool) {
    self =
      switch column.dataType {
      case "char": .text(losesSpaces: true)
      case "varchar", "tinytext", "text", "mediumtext", "longtext", "json":
        .text(losesSpaces: isKey && column.padsSpaces)
      case "double": .double
      case "decimal": .decimal(scale: column.scale)
      case "datetime", "timestamp": .moment(digits: min(column.scale, 6))
      case "date": .moment(digits: nil)
      default: .asIt
      }
  }

  func adapted(_ value: SQLValue) throws(ValueFault) -> SQLValue {
    if value == .null { return .null }
    switch self {
    case .asIt: return value
    case .text(let losesSpaces):
      let text = Self.text(of: value)
      if losesSpaces, text.utf8.last == UInt8(ascii: " ") {
        throw ValueFault(reason: "a text with a space behind it, which the column does not tell from one without")
      }
      return .text(text)
    case .double: return try Self.double(of: value)
    case .decimal(let scale):
      let text = Self.text(of: value)
      guard let number = DecimalNumber(text) else { throw ValueFault(reason: "a value that is not a number") }
      if number.fractionDigits > scale {
        throw ValueFault(reason: "a number with more digits behind the point than the column keeps")
      }
      return value
    case .moment(let digits):
      guard let moment = Self.moment(Self.text(of: value), digits) else {
        throw ValueFault(
          reason: digits == nil ? "a date with a time, which the column does not keep" : "a value that is not a date")
      }
      return .text(moment)
    }
  }

  private static func text(of value: SQLValue) -> String {
    switch value {
    case .text(let text): text
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .null, .blob: ""
    }
  }

  /// A fraction is as near as a DOUBLE comes to it; a whole number stays what it is.
  private static func double(of value: SQLValue) throws(ValueFault) -> SQLValue {
    if case .double = value { return value }
    let text = text(of: value)
    guard let number = Double(text), let exact = DecimalNumber(text) else {
      throw ValueFault(reason: "a value that is not a number")
    }
    guard number.isFinite else { throw ValueFault(reason: "a number that is too large") }
    if exact.isWhole, let whole = exact.integer, Int(exactly: number) != whole {
      throw ValueFault(reason: "a whole number that a DOUBLE does not keep exactly")
    }
    return .double(number)
  }

  /// A moment of RFC 3339 in UTC as the server writes it: `2026-01-31 10:20:30.5`, with as many digits as the column keeps.
  private static func moment(_ text: String, _ digits: Int?) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
    let day = bytes[..<10]
    let time = bytes[11..<19]
    let fraction = bytes[19..<bytes.count - 1]
    func isDigits(_ bytes: some Collection<UInt8>, but marks: [Int: Character]) -> Bool {
      bytes.enumerated().allSatisfy { place, byte in
        marks[place].map { $0.asciiValue == byte } ?? (UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte)
      }
    }
    guard isDigits(day, but: [4: "-", 7: "-"]), isDigits(time, but: [2: ":", 5: ":"]),
      fraction.isEmpty || fraction.count > 1 && isDigits(fraction, but: [0: "."])
    else { return nil }
    let shownDay = String(decoding: day, as: UTF8.self)
    guard let digits else {
      return (time + fraction.dropFirst()).allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ":") }
        ? shownDay : nil
    }
    let kept = digits > 0 && !fraction.isEmpty ? fraction.prefix(digits + 1) : []
    return shownDay + " " + String(decoding: time + kept, as: UTF8.self)
  }
}
