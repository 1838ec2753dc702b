import PipeSpec

/// A JSON value, read from a text that may hold several, one after the other.
enum JSONValue: Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// All values of a text; `nil` where it is not JSON.
  static func all(in text: String) -> [JSONValue]? {
    var reader = Reader(bytes: Array(text.utf8))
    var values: [JSONValue] = []
    while !reader.isAtEnd {
      guard let value = reader.value() else { return nil }
      values.append(value)
    }
    return values
  }

  /// What a node is in JSON; keys become their text.
  init(_ node: Node) {
    switch node.content {
    case .sequence(let items): self = .array(items.map { JSONValue($0) })
    case .mapping(let entries):
      let pairs: [(String, JSONValue)] = entries.map { entry in
        if case .scalar(let key) = entry.key.content {
          (key.text, JSONValue(entry.value))
        } else {
          ("", JSONValue.null)
        }
      }
      self = .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    case .scalar(let scalar):
      switch scalar.value {
      case .null: self = .null
      case .bool(let value): self = .bool(value)
      case .int(let value): self = .number(Double(value))
      case .float(let value): self = .number(value)
      case .string: self = .string(scalar.text)
      }
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0

    var isAtEnd: Bool {
      mutating get {
        while index < bytes.count, " \n\r\t".utf8.contains(bytes[index]) { index += 1 }
        return index == bytes.count
      }
    }

    mutating func take(_ word: String) -> Bool {
      guard !isAtEnd, bytes[index...].starts(with: word.utf8) else { return false }
      index += word.utf8.count
      return true
    }

    mutating func value() -> JSONValue? {
      if take("null") { return .null }
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("[") { return array() }
      if take("{") { return object() }
      if take("\"") { return string().map { .string($0) } }
      let digits = bytes[index...].prefix { "+-.eE0123456789".utf8.contains($0) }
      index += digits.count
      return Double(String(decoding: digits, as: UTF8.self)).map { .number($0) }
    }

    mutating func array() -> JSONValue? {
      var items: [JSONValue] = []
      while !take("]") {
        guard items.isEmpty || take(","), let item = value() else { return nil }
        items.append(item)
      }
      return .array(items)
    }

    mutating func object() -> JSONValue? {
      var entries: [String: JSONValue] = [:]
      while !take("}") {
        guard entries.isEmpty || take(","), take("\""), let key = string(), take(":"), let item = value() else {
          return nil
        }
        entries[key] = item
      }
      return .object(entries)
    }

    mutating func string() -> String? {
      var units: [UInt16] = []
      var plain: [UInt8] = []
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          units += String(decoding: plain, as: UTF8.self).utf16
          plain = []
        } else {
          plain.append(byte)
          continue
        }
        if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF16.self) }
        guard index < bytes.count else { return nil }
        let escape = bytes[index]
        index += 1
        switch escape {
        case UInt8(ascii: "u"):
          let digits = String(decoding: bytes[index...].prefix(4), as: UTF8.self)
          guard let unit = UInt16(digits, radix: 16) else { return nil }
          units.append(unit)
          index += 4
        case UInt8(ascii: "b"): units.append(8)
        case UInt8(ascii: "f"): units.append(12)
        case UInt8(ascii: "n"): units.append(10)
        case UInt8(ascii: "r"): units.append(13)
        case UInt8(ascii: "t"): units.append(9)
        default: units.append(UInt16(escape))
        }
      }
      return nil
    }
  }
}
