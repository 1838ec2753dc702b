/// A character encoding that the site can write, under the name that the WHATWG Encoding standard gives it.
///
/// The multi-byte encodings know the characters that the site's own texts use (`LegacyCharacters`). Whatever an
/// encoding lacks is written as a numeric character reference, as a browser does when it submits a form.
enum Charset: String, CaseIterable, Sendable {
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16LE"
  case windows1252 = "windows-1252"
  case windows1251 = "windows-1251"
  case iso8859Part2 = "ISO-8859-2"
  case shiftJIS = "Shift_JIS"
  case eucJP = "EUC-JP"
  case gbk = "GBK"
  case big5 = "Big5"
  case eucKR = "EUC-KR"

  /// The bytes of `html` in this encoding, without a byte order mark.
  func encode(_ html: String) -> [UInt8] {
    switch self {
    case .utf8:
      return Array(html.utf8)
    case .utf16LittleEndian:
      return html.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    default:
      let table = LegacyCharacters.tables[self] ?? [:]
      var bytes: [UInt8] = []
      bytes.reserveCapacity(html.utf8.count)
      for scalar in html.unicodeScalars {
        if scalar.isASCII {
          bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        } else if let code = table[scalar] {
          if code > 0xFF { bytes.append(UInt8(truncatingIfNeeded: code >> 8)) }
          bytes.append(UInt8(truncatingIfNeeded: code))
        } else {
          bytes.append(contentsOf: "&#\(scalar.value);".utf8)
        }
      }
      return bytes
    }
  }

  /// The byte order mark that announces this encoding; empty for those that have none.
  var byteOrderMark: [UInt8] {
    switch self {
    case .utf8: [0xEF, 0xBB, 0xBF]
    case .utf16LittleEndian: [0xFF, 0xFE]
    default: []
    }
  }
}
