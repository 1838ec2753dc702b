#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Names of files as text. A name on Linux is any bytes; those that are not UTF-8 stand in a text as characters of
/// their own at the end of Unicode's private planes, one a byte, and are bytes again where the system takes the name.
package enum PathText {
  /// Stands for the byte 0; those from 0x80 on are used.
  private static let base: UInt32 = 0x10FF00

  /// The text of a name.
  package static func text(of name: some Collection<UInt8>) -> String {
    if let text = String(validating: name, as: UTF8.self), !hasOctets(text) { return text }
    var text = ""
    var rest = Array(name)[...]
    while let byte = rest.first {
      let character = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
      if let scalar = character?.unicodeScalars.first, scalar.value < base + 0x80 {
        text.unicodeScalars.append(scalar)
        rest = rest.dropFirst(String(scalar).utf8.count)
      } else {
        if let scalar = Unicode.Scalar(base + UInt32(byte)) { text.unicodeScalars.append(scalar) }
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// Whether a text has bytes in it that are not UTF-8.
  package static func hasOctets(_ text: String) -> Bool {
    // All of these characters begin with the byte 0xF4, which little else does.
    text.utf8.contains(0xF4) && text.unicodeScalars.contains { $0.value >= base + 0x80 }
  }

  /// The text as a terminal can show it: `\xFF` for a byte that is not UTF-8.
  package static func shown(_ text: String) -> String {
    guard hasOctets(text) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar.value >= base + 0x80 {
        result += "\\x" + String(scalar.value - base, radix: 16, uppercase: true)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// The bytes of a name.
  fileprivate static func bytes(of text: String) -> [UInt8] {
    text.unicodeScalars.reduce(into: []) { bytes, scalar in
      if scalar.value >= base + 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes += Array(String(scalar).utf8)
      }
    }
  }
}

extension String {
  /// Calls a function of the system with the name that this text stands for.
  package func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    if !PathText.hasOctets(self) { return try withCString(body) }
    let bytes = PathText.bytes(of: self).map { CChar(bitPattern: $0) } + [0]
    return try bytes.withUnsafeBufferPointer { buffer in
      guard let address = buffer.baseAddress else { return try "".withCString(body) }
      return try body(address)
    }
  }

  /// The text of a name that the system gives.
  package init(path: UnsafePointer<CChar>) {
    self = PathText.text(of: UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }
}
