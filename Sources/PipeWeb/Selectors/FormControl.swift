internal import CLibxml2

// What selectors ask of the controls of forms (WHATWG HTML 4.10).

extension XMLNode {
  /// The type of an `input`, in lower case; `text` for unknown ones.
  var inputType: String {
    guard let type = value("type") else { return "text" }
    let name = String(xml: type).asciiLowercased
    return Self.inputTypes.contains(name) ? name : "text"
  }

  private static let inputTypes: Set<String> = [
    "hidden", "text", "search", "tel", "url", "email", "password", "date", "month", "week", "time", "datetime-local",
    "number", "range", "color", "checkbox", "radio", "file", "submit", "image", "reset", "button",
  ]
  /// Those to which `readonly` applies.
  private static let writableTypes: Set<String> = [
    "text", "search", "tel", "url", "email", "password", "date", "month", "week", "time", "datetime-local", "number",
  ]
  private static let requirableTypes = writableTypes.union(["checkbox", "radio", "file"])
  private static let placeholderTypes: Set<String> = ["text", "search", "tel", "url", "email", "password", "number"]

  /// Whether a person may change its text, as far as it says itself.
  var isWritableControl: Bool {
    isNamed("textarea") && value("readonly") == nil
      || isNamed("input") && value("readonly") == nil && Self.writableTypes.contains(inputType)
  }

  /// Whether it must be filled in; nil if it is not a control.
  var isRequiredControl: Bool? {
    if isNamed("input") { return value("required") != nil && Self.requirableTypes.contains(inputType) }
    return isNamed("select", "textarea") ? value("required") != nil : nil
  }

  /// Whether its placeholder shows, since it has no value (4.10.3).
  var showsPlaceholder: Bool {
    guard value("placeholder") != nil else { return false }
    if isNamed("textarea") { return pointee.children == nil || textIsEmpty }
    guard isNamed("input"), Self.placeholderTypes.contains(inputType) else { return false }
    return sanitizedValue.isEmpty
  }

  private var textIsEmpty: Bool {
    var child = pointee.children
    while let node = child {
      if node.isText, let content = node.pointee.content, content.pointee != 0 { return false }
      child = node.pointee.next
    }
    return true
  }

  /// The value that an `input` begins with (4.10.5.1, "value sanitization algorithm").
  var sanitizedValue: String {
    let text = value("value").map { String(xml: $0) } ?? ""
    let line = String(text.unicodeScalars.filter { $0 != "\n" && $0 != "\r" })
    switch inputType {
    case "number", "date", "month", "week", "time", "datetime-local":
      return InputNumber(line, type: inputType) == nil ? "" : line
    case "url", "email":
      return line.unicodeScalars.allSatisfy(\.isASCIIWhitespace) ? "" : line
    default: return line
    }
  }

  /// Whether its value is between its least and its greatest; nil where it has neither (4.10.5.3.7).
  var isInRange: Bool? {
    guard isNamed("input") else { return nil }
    let type = inputType
    // The value of a slider is moved into its range.
    if type == "range" { return true }
    func bound(_ name: StaticString) -> Double? {
      value(name).flatMap { InputNumber(String(xml: $0), type: type)?.value }
    }
    let least = bound("min")
    let greatest = bound("max")
    if least == nil, greatest == nil { return nil }
    guard let number = InputNumber(sanitizedValue, type: type)?.value else { return true }
    if type == "time", let least, let greatest, least > greatest { return number >= least || number <= greatest }
    return number >= least ?? number && number <= greatest ?? number
  }

  /// The tags of buttons that submit a form.
  var isSubmitButton: Bool {
    if isNamed("input") { return ["submit", "image"].contains(inputType) }
    guard isNamed("button") else { return false }
    let type = value("type").map { String(xml: $0).asciiLowercased }
    return type != "button" && type != "reset"
  }

  func isInput(_ type: String) -> Bool { isNamed("input") && inputType == type }
}

/// The value of an `input` as a number, in some unit of its type (WHATWG HTML 4.10.5.1, "convert a string to a
/// number").
struct InputNumber {
  let value: Double

  /// Nil if it is not a value of the type, and for types without numbers.
  init?(_ text: String, type: String) {
    let bytes = Array(text.utf8)
    let value: Double? =
      switch type {
      case "number": Self.number(bytes)
      case "date": Self.date(bytes[...])
      case "month": Self.month(bytes[...])
      case "week": Self.week(bytes)
      case "time": Self.time(bytes[...])
      case "datetime-local": Self.moment(bytes)
      default: nil
      }
    guard let value else { return nil }
    self.value = value
  }

  /// 2.3.4.3, a valid floating-point number.
  private static func number(_ bytes: [UInt8]) -> Double? {
    var rest = bytes[...]
    func digits() -> Int {
      let count = rest.prefix(while: ASCII.isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    var count = digits()
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      let fraction = digits()
      if fraction == 0 { return nil }
      count += fraction
    }
    if count == 0 { return nil }
    if let sign = rest.first, sign | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
      if digits() == 0 { return nil }
    }
    guard rest.isEmpty, let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  private static func month(_ bytes: ArraySlice<UInt8>) -> Double? {
    guard let (year, rest) = year(bytes), rest.count == 2, let month = pair(rest), 1...12 ~= month else { return nil }
    return Double(year * 12 + month)
  }

  private static func date(_ bytes: ArraySlice<UInt8>) -> Double? {
    guard let (year, rest) = year(bytes), rest.count == 5, let month = pair(rest), 1...12 ~= month,
      rest.dropFirst(2).first == UInt8(ascii: "-"), let day = pair(rest.dropFirst(3))
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard 1...length ~= day else { return nil }
    return Double((year * 12 + month) * 32 + day)
  }

  private static func week(_ bytes: [UInt8]) -> Double? {
    guard let (year, rest) = year(bytes[...]), rest.count == 3, rest.first == UInt8(ascii: "W"),
      let week = pair(rest.dropFirst())
    else { return nil }
    // ISO 8601: a year has 53 weeks that begins or ends on a Thursday.
    func lastDay(_ year: Int) -> Int { (year + year / 4 - year / 100 + year / 400) % 7 }
    guard 1...(lastDay(year) == 4 || lastDay(year - 1) == 3 ? 53 : 52) ~= week else { return nil }
    return Double(year * 54 + week)
  }

  /// In seconds.
  private static func time(_ bytes: ArraySlice<UInt8>) -> Double? {
    let colon = UInt8(ascii: ":")
    guard bytes.count >= 5, let hour = pair(bytes), hour < 24, bytes.dropFirst(2).first == colon,
      let minute = pair(bytes.dropFirst(3)), minute < 60
    else { return nil }
    let minutes = Double(hour * 60 + minute) * 60
    var rest = bytes.dropFirst(5)
    if rest.isEmpty { return minutes }
    guard rest.count >= 3, rest.removeFirst() == colon, let second = pair(rest), second < 60 else { return nil }
    rest = rest.dropFirst(2)
    if rest.isEmpty { return minutes + Double(second) }
    guard 2...4 ~= rest.count, let fraction = number([UInt8(ascii: "0")] + rest) else { return nil }
    return minutes + Double(second) + fraction
  }

  private static func moment(_ bytes: [UInt8]) -> Double? {
    guard let place = bytes.firstIndex(where: { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: " ") }),
      let date = date(bytes[..<place]), let time = time(bytes[(place + 1)...])
    else { return nil }
    return date * 86_400 + time
  }

  /// Four digits or more and a dash; bounded, so that nothing overflows.
  private static func year(_ bytes: ArraySlice<UInt8>) -> (year: Int, rest: ArraySlice<UInt8>)? {
    let digits = bytes.prefix(while: ASCII.isDigit)
    guard 4...9 ~= digits.count, let year = Int(String(decoding: digits, as: UTF8.self)), year > 0,
      bytes.dropFirst(digits.count).first == UInt8(ascii: "-")
    else { return nil }
    return (year, bytes.dropFirst(digits.count + 1))
  }

  /// Two digits.
  private static func pair(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = bytes.prefix(2)
    guard digits.count == 2, digits.allSatisfy(ASCII.isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}

extension String {
  var asciiLowercased: String { String(decoding: utf8.map(HTMLBytes.lowercased), as: UTF8.self) }
}
