/// Reads the parts of a media type (WHATWG MIME Sniffing 4.4).
struct MediaTypeScanner {
  private let scalars: [Unicode.Scalar]
  private var index: Int
  private let end: Int

  init(_ text: some StringProtocol) {
    scalars = Array(text.unicodeScalars)
    index = scalars.firstIndex { !$0.isHTTPWhitespace } ?? scalars.count
    end = (scalars.lastIndex { !$0.isHTTPWhitespace } ?? -1) + 1
  }

  /// Passes over `scalar`, if it is the next one.
  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard index < end, scalars[index] == scalar else { return false }
    index += 1
    return true
  }

  /// The type or subtype before `stop` or the end, in lower case; nil where it is empty or no token.
  mutating func token(until stop: Unicode.Scalar) -> String? {
    var part = take { $0 != stop }
    if stop == ";" { part = part.dropTrailingWhitespace() }
    guard !part.isEmpty, part.allSatisfy(\.isHTTPToken) else { return nil }
    return part.asciiLowercased
  }

  /// The parameter at hand, up to the semicolon that ends it; nil where it is malformed or has no value.
  mutating func parameter() -> MediaType.Parameter? {
    _ = take(while: \.isHTTPWhitespace)
    let name = take { $0 != ";" && $0 != "=" }
    guard skip("=") else { return nil }
    var value: ArraySlice<Unicode.Scalar>
    if skip("\"") {
      value = quotedString()
      _ = take { $0 != ";" }
    } else {
      value = take { $0 != ";" }.dropTrailingWhitespace()
      if value.isEmpty { return nil }
    }
    guard !name.isEmpty, name.allSatisfy(\.isHTTPToken), value.allSatisfy(\.isHTTPQuotedStringToken) else { return nil }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: value)
    return MediaType.Parameter(name: name.asciiLowercased, value: String(text))
  }

  /// WHATWG Fetch 2.2, "collect an HTTP quoted string" with its value extracted, from behind the opening quote.
  private mutating func quotedString() -> ArraySlice<Unicode.Scalar> {
    var value: ArraySlice<Unicode.Scalar> = []
    while index < end {
      let scalar = scalars[index]
      index += 1
      if scalar == "\"" { break }
      if scalar == "\\", index < end {
        value.append(scalars[index])
        index += 1
      } else {
        value.append(scalar)
      }
    }
    return value
  }

  private mutating func take(while condition: (Unicode.Scalar) -> Bool) -> ArraySlice<Unicode.Scalar> {
    let part = scalars[index..<max(index, end)].prefix(while: condition)
    index = part.endIndex
    return part
  }

  /// The members of a header's list: commas inside quoted strings divide nothing (WHATWG Fetch 2.2.2, "get, decode,
  /// and split").
  static func listMembers(_ header: some StringProtocol) -> [String] {
    var members: [String] = []
    var current = String.UnicodeScalarView()
    var isQuoted = false
    var isEscaped = false
    for scalar in header.unicodeScalars {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, scalar == "\\" {
        isEscaped = true
      } else if scalar == "\"" {
        isQuoted.toggle()
      } else if scalar == ",", !isQuoted {
        members.append(String(current))
        current.removeAll()
        continue
      }
      current.append(scalar)
    }
    members.append(String(current))
    return members
  }
}

extension Unicode.Scalar {
  /// HTTP whitespace (WHATWG Fetch 2.2).
  fileprivate var isHTTPWhitespace: Bool {
    self == "\t" || self == "\n" || self == "\r" || self == " "
  }

  /// An HTTP token code point (WHATWG MIME Sniffing 3).
  var isHTTPToken: Bool {
    switch self {
    case "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|", "~": true
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }

  /// An HTTP quoted-string token code point (WHATWG MIME Sniffing 3).
  fileprivate var isHTTPQuotedStringToken: Bool {
    self == "\t" || (" "..."~").contains(self) || ("\u{80}"..."\u{FF}").contains(self)
  }
}

extension ArraySlice<Unicode.Scalar> {
  fileprivate func dropTrailingWhitespace() -> Self {
    prefix((lastIndex { !$0.isHTTPWhitespace } ?? startIndex - 1) - startIndex + 1)
  }

  fileprivate var asciiLowercased: String {
    var text = String.UnicodeScalarView()
    for scalar in self {
      text.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
    }
    return String(text)
  }
}
