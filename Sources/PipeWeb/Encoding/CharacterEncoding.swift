/// A character encoding of the WHATWG Encoding Standard; the raw value is its name there.
package enum CharacterEncoding: String, Sendable, Hashable, CaseIterable {
  case utf8 = "UTF-8"
  case ibm866 = "IBM866"
  case iso8859_2 = "ISO-8859-2"
  case iso8859_3 = "ISO-8859-3"
  case iso8859_4 = "ISO-8859-4"
  case iso8859_5 = "ISO-8859-5"
  case iso8859_6 = "ISO-8859-6"
  case iso8859_7 = "ISO-8859-7"
  case iso8859_8 = "ISO-8859-8"
  case iso8859_8I = "ISO-8859-8-I"
  case iso8859_10 = "ISO-8859-10"
  case iso8859_13 = "ISO-8859-13"
  case iso8859_14 = "ISO-8859-14"
  case iso8859_15 = "ISO-8859-15"
  case iso8859_16 = "ISO-8859-16"
  case koi8R = "KOI8-R"
  case koi8U = "KOI8-U"
  case macintosh = "macintosh"
  case windows874 = "windows-874"
  case windows1250 = "windows-1250"
  case windows1251 = "windows-1251"
  case windows1252 = "windows-1252"
  case windows1253 = "windows-1253"
  case windows1254 = "windows-1254"
  case windows1255 = "windows-1255"
  case windows1256 = "windows-1256"
  case windows1257 = "windows-1257"
  case windows1258 = "windows-1258"
  case xMacCyrillic = "x-mac-cyrillic"
  case gbk = "GBK"
  case gb18030 = "gb18030"
  case big5 = "Big5"
  case eucJP = "EUC-JP"
  case iso2022JP = "ISO-2022-JP"
  case shiftJIS = "Shift_JIS"
  case eucKR = "EUC-KR"
  case replacement = "replacement"
  case utf16BE = "UTF-16BE"
  case utf16LE = "UTF-16LE"
  case xUserDefined = "x-user-defined"

  /// The encoding of a label such as `latin1` or ` UTF8 `, or nil for an unknown one (WHATWG Encoding 4.2,
  /// "get an encoding").
  package init?(label: some StringProtocol) {
    var label = String(label)
    guard let encoding = label.withUTF8({ CharacterEncoding(label: $0) }) else { return nil }
    self = encoding
  }

  /// The encoding of a label in ASCII, or nil for an unknown one.
  init?(label: UnsafeBufferPointer<UInt8>) {
    var (start, end) = (0, label.count)
    while start < end, label[start].isASCIIWhitespace { start += 1 }
    while end > start, label[end - 1].isASCIIWhitespace { end -= 1 }
    let name = UnsafeBufferPointer(rebasing: label[start..<end])
    // What nearly every page says takes no look at the table.
    if name.equalsIgnoringCase("utf-8") {
      self = .utf8
      return
    }
    guard name.count <= Self.longestLabel else { return nil }
    let folded = String(unsafeUninitializedCapacity: name.count) { bytes in
      for index in name.indices { bytes[index] = ASCII.lowercase(name[index]) }
      return name.count
    }
    guard let encoding = Self.byLabel[folded] else { return nil }
    self = encoding
  }

  /// The name in the standard, as `document.characterSet` reports it.
  package var name: String { rawValue }

  /// Whether the bytes below 0x80 always mean ASCII when they stand alone.
  ///
  /// False for UTF-16, for ISO-2022-JP, whose escapes give them other meanings, and for `replacement`, which decodes
  /// nothing.
  package var isASCIICompatible: Bool {
    switch self {
    case .utf16BE, .utf16LE, .iso2022JP, .replacement: false
    default: true
    }
  }

  /// What a declaration inside the document may mean (WHATWG HTML 13.2.3.2): it was read as ASCII, so it cannot be
  /// UTF-16; and x-user-defined stands for windows-1252 there.
  package var asDeclaredInDocument: CharacterEncoding {
    switch self {
    case .utf16BE, .utf16LE: .utf8
    case .xUserDefined: .windows1252
    default: self
    }
  }

  private static let byLabel: [String: CharacterEncoding] = {
    var table: [String: CharacterEncoding] = [:]
    var current: CharacterEncoding?
    for word in labelTable.description.split(whereSeparator: \.isWhitespace) {
      // A label may hold a colon, only a name ends in one.
      if word.hasSuffix(":") {
        current = CharacterEncoding(rawValue: String(word.dropLast()))
      } else {
        table[String(word)] = current
      }
    }
    return table
  }()

  private static let longestLabel = byLabel.keys.reduce(0) { max($0, $1.utf8.count) }
}

extension Unicode.Scalar {
  /// Whether this is ASCII whitespace (WHATWG Infra 4.6): tab, line feed, form feed, carriage return, space.
  var isASCIIWhitespace: Bool {
    switch value {
    case 0x09, 0x0A, 0x0C, 0x0D, 0x20: true
    default: false
    }
  }
}

extension UInt8 {
  /// Whether this is ASCII whitespace (WHATWG Infra 4.6): tab, line feed, form feed, carriage return, space.
  var isASCIIWhitespace: Bool {
    switch self {
    case 0x09, 0x0A, 0x0C, 0x0D, 0x20: true
    default: false
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether these are the bytes of a word in ASCII lower case, in letters of any case.
  @inline(__always)
  func equalsIgnoringCase(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    for index in indices where ASCII.lowercase(self[index]) != word.utf8Start[index] { return false }
    return true
  }
}
