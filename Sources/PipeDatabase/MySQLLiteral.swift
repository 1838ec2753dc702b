/// Values as a statement has them.
enum MySQLLiteral {
  private static let digits = Array("0123456789abcdef".utf8)

  static func append(_ value: SQLValue, to sql: inout [UInt8]) {
    switch value {
    case .null: sql += "NULL".utf8
    case .int(let number): sql += "\(number)".utf8
    case .double(let number): append(number, to: &sql)
    case .text(let text): append(text, to: &sql)
    case .blob(let bytes):
      sql += "x'".utf8
      append(hexadecimal: bytes, to: &sql)
      sql.append(UInt8(ascii: "'"))
    }
  }

  /// With an exponent it is a DOUBLE, and not a DECIMAL, which has fewer places.
  private static func append(_ number: Double, to sql: inout [UInt8]) {
    // No literal has these: as texts they are refused by the column.
    guard number.isFinite else { return append("\(number)", to: &sql) }
    let text = "\(number)"
    sql += text.utf8
    if !text.utf8.contains(UInt8(ascii: "e")) { sql += "e0".utf8 }
  }

  /// A quote is written twice, which is right whether or not the session reads backslashes (NO_BACKSLASH_ESCAPES); a text that
  /// has one is written in hexadecimal digits, where nothing is to be read.
  private static func append(_ text: String, to sql: inout [UInt8]) {
    var text = text
    text.withUTF8 { bytes in
      var quotes = 0
      for byte in bytes {
        if byte == UInt8(ascii: "\\") || byte == 0 {
          sql += "_utf8mb4 x'".utf8
          append(hexadecimal: bytes, to: &sql)
          return sql.append(UInt8(ascii: "'"))
        }
        if byte == UInt8(ascii: "'") { quotes += 1 }
      }
      sql.reserveCapacity(sql.count + bytes.count + quotes + 2)
      sql.append(UInt8(ascii: "'"))
      if quotes == 0 {
        sql.append(contentsOf: bytes)
      } else {
        for byte in bytes {
          if byte == UInt8(ascii: "'") { sql.append(byte) }
          sql.append(byte)
        }
      }
      sql.append(UInt8(ascii: "'"))
    }
  }

  private static func append(hexadecimal bytes: some Sequence<UInt8>, to sql: inout [UInt8]) {
    for byte in bytes {
      sql.append(digits[Int(byte >> 4)])
      sql.append(digits[Int(byte & 15)])
    }
  }

  /// A statement of pipe's own with values in the places of its question marks, those in names left as they are.
  static func statement(_ sql: String, _ values: [SQLValue]) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = values[...]
    var quote: UInt8?
    for byte in sql.utf8 {
      if quote == nil, byte == UInt8(ascii: "?"), let value = rest.popFirst() {
        append(value, to: &bytes)
        continue
      }
      if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "`") || byte == UInt8(ascii: "'") {
        quote = byte
      }
      bytes.append(byte)
    }
    return bytes
  }
}
