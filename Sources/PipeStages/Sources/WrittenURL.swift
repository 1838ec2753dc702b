import PipeEngine
import PipeWeb

/// A URL as people write it into a list or a cell.
///
/// The URL Standard removes tabs and line breaks wherever they stand (4.4, "basic URL parser", 1 to 3), which is right
/// for an attribute in a page and makes one URL of two in a list.
package struct WrittenURL {
  let text: String
  /// Why it is not one URL.
  let fault: String?

  init(_ bytes: ArraySlice<UInt8>) {
    if Self.isPlain(bytes) {
      (text, fault) = (String(decoding: bytes, as: UTF8.self), nil)
      return
    }
    let octets = String(validating: bytes, as: UTF8.self) ?? Self.encodingInvalid(bytes)
    text = Self.unwrapped(Self.trimmed(octets))
    fault = Self.fault(of: text)
  }

  /// Why a text cannot be fetched, in the words of a list.
  static func fault(_ error: RequestError, for text: String) -> String {
    suggestion(for: text).map { "it has no scheme; did you mean \($0)?" } ?? error.message
  }

  init(_ text: String) {
    var text = text
    self = text.withUTF8 { WrittenURL(Array($0)[...]) }
  }

  /// Why a text is not one URL, for one that a spec holds.
  static func fault(of text: String) -> String? {
    if text.isEmpty { return "it is empty" }
    for scalar in text.unicodeScalars where scalar.value < 0x20 || scalar.value == 0x7F {
      switch scalar {
      case "\t": return "it holds a tab: a list has one URL a line, and a table needs format: csv"
      case "\n", "\r": return "it holds a line break, so it may be two URLs"
      case "\0": return "it holds a NUL"
      default: return "it holds the control character U+\(String(scalar.value, radix: 16, uppercase: true))"
      }
    }
    let lowercased = text.lowercased()
    let isURL = lowercased.hasPrefix("http:") || lowercased.hasPrefix("https:")
    if !isURL, lowercased.contains("http://") || lowercased.contains("https://") {
      return "text stands before its URL: write the URL alone"
    }
    guard text.utf8.contains(UInt8(ascii: " ")) else { return nil }
    if lowercased.contains(" http://") || lowercased.contains(" https://") {
      return "it holds two URLs: write one a line"
    }
    if text.contains(" #") { return "a comment stands behind it: comments stand on lines of their own" }
    return nil
  }

  /// Why a text that a person has typed cannot be fetched, in a sentence; `nil` if it can.
  package static func faultForFetching(_ text: String) -> String? {
    if let fault = fault(of: text) { return "'\(text)' is not one URL: \(fault)" }
    guard case .failure(let error) = WebURL.forFetching(text) else { return nil }
    let hint = suggestion(for: text).map { "; did you mean \($0)?" } ?? ""
    return "'\(text)' is not an http or https URL: \(error.message)\(hint)"
  }

  /// What to write instead, where a text begins with a host: `example.com/a`, `localhost:8080`, not `mailto:someone`.
  static func suggestion(for text: String) -> String? {
    let name = text.prefix { !"/:?#".contains($0) }
    let port = text.dropFirst(name.count)
    let hasPort = port.hasPrefix(":") && port.dropFirst().first?.isNumber ?? false
    guard name.contains(".") || hasPort && !name.isEmpty, !port.hasPrefix(":") || hasPort,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ",") }),
      name.first != ".", name.last != "."
    else { return nil }
    return "https://\(text)"
  }

  /// Whether there is nothing to look at: visible ASCII that begins with a letter.
  private static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20 else { return false }
    return bytes.allSatisfy { 0x21...0x7E ~= $0 }
  }

  /// Without white space, and what cannot be seen, at both ends.
  private static func trimmed(_ text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}" || scalar == "\u{2060}"
    }
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// Without the quotes or angle brackets that delimit a URL in a text (RFC 3986, appendix C).
  private static func unwrapped(_ text: String) -> String {
    let pairs: [(Character, Character)] = [("<", ">"), ("\"", "\""), ("'", "'"), ("\u{201C}", "\u{201D}")]
    guard let first = text.first, let last = text.last, text.count > 2,
      pairs.contains(where: { $0.0 == first && $0.1 == last })
    else { return text }
    let inside = text.dropFirst().dropLast()
    let lowercased = inside.prefix(8).lowercased()
    return lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") ? trimmed(String(inside)) : text
  }

  /// The text with what is not UTF-8 percent-encoded byte by byte: a URL names octets (RFC 3986, 2.5).
  private static func encodingInvalid(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    var rest = bytes
    while !rest.isEmpty {
      // No character is longer than four bytes.
      let character = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
      if let character, let first = character.unicodeScalars.first {
        text.unicodeScalars.append(first)
        rest = rest.dropFirst(String(first).utf8.count)
      } else if let byte = rest.popFirst() {
        text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return text
  }
}
