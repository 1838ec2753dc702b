/// Turns a page's raw bytes, written as UTF-8, into that UTF-8.
///
/// Called with one value at a time: an attribute's value, an element's text.
package typealias HTMLTranscode = (UnsafeBufferPointer<UInt8>) -> String

/// What comes after slicing: raw bytes become UTF-8, lines end in LF, NUL is resolved, and character
/// references are replaced (WHATWG HTML 13.2.3.5, 13.2.5.72 to 13.2.5.80).
package struct HTMLText {
  /// Which character references are replaced.
  package enum References: Sendable {
    case none
    case inText
    /// In an attribute's value a name without its semicolon stays as it is before `=`, a letter or a digit.
    case inAttribute
  }

  /// What becomes of U+0000.
  package enum Nulls: Sendable {
    case kept, replaced
    /// As the tree construction drops them in a body.
    case dropped
  }

  package let references: References
  package let nulls: Nulls

  package init(references: References, nulls: Nulls) {
    self.references = references
    self.nulls = nulls
  }

  package static let attribute = HTMLText(references: .inAttribute, nulls: .replaced)

  /// The text that raw bytes stand for.
  ///
  /// - Parameters:
  ///   - bytes: a value in the page's own encoding.
  ///   - transcode: the page's decoder; nil where the page is UTF-8, whose ill-formed parts become U+FFFD.
  package func string(_ bytes: UnsafeBufferPointer<UInt8>, transcode: HTMLTranscode? = nil) -> String {
    if let transcode {
      var text = transcode(bytes)
      return text.withUTF8 { isPlain($0) ? nil : resolved($0) } ?? text
    }
    return isPlain(bytes) ? String(decoding: bytes, as: UTF8.self) : resolved(bytes)
  }

  private func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in bytes where byte == 0 || byte == 0x0D || byte == UInt8(ascii: "&") { return false }
    return true
  }

  private func resolved(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x0D:
        output.append(0x0A)
        if index < bytes.count, bytes[index] == 0x0A { index += 1 }
      case 0:
        switch nulls {
        case .kept: output.append(0)
        case .replaced: output.append(contentsOf: [0xEF, 0xBF, 0xBD])
        case .dropped: break
        }
      case UInt8(ascii: "&") where references != .none:
        let rest = UnsafeBufferPointer(rebasing: bytes[index...])
        if let reference = CharacterReference(at: rest, inAttribute: references == .inAttribute) {
          reference.append(to: &output)
          index += reference.count
        } else {
          output.append(byte)
        }
      default:
        output.append(byte)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }
}
