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

  private func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { special(in: bytes, from: 0) == bytes.count }

  private func resolved(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var output = OwnedBuffer<UInt8>()
    append(bytes, to: &output)
    return String(decoding: output.elements, as: UTF8.self)
  }

  /// Appends the text that raw bytes of UTF-8 stand for; ill-formed parts stay as they are.
  func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout OwnedBuffer<UInt8>) {
    output.reserve(output.count + bytes.count)
    var start = 0
    while true {
      var index = special(in: bytes, from: start)
      output.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
      guard index < bytes.count else { return }
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x0D:
        output.append(0x0A)
        if index < bytes.count, bytes[index] == 0x0A { index += 1 }
      case 0:
        switch nulls {
        case .kept: output.append(0)
        case .replaced: output.append("\u{FFFD}" as Unicode.Scalar)
        case .dropped: break
        }
      default:
        let rest = UnsafeBufferPointer(rebasing: bytes[index...])
        if references != .none, let reference = CharacterReference(at: rest, inAttribute: references == .inAttribute) {
          output.append(reference.first)
          if let second = reference.second { output.append(second) }
          index += reference.count
        } else {
          output.append(byte)
        }
      }
      start = index
    }
  }

  /// The first place at or after `start` of what may stand for something else, or the end.
  private func special(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard let base = bytes.baseAddress else { return start }
    return HTMLBytes.textMark(in: base, from: start, to: bytes.count)
  }
}

extension OwnedBuffer<UInt8> {
  /// Appends a scalar in UTF-8.
  mutating func append(_ scalar: Unicode.Scalar) {
    // In place: a collection of the bytes costs more than all of a title's other text.
    let value = scalar.value
    if value < 0x80 {
      append(UInt8(truncatingIfNeeded: value))
      return
    }
    if value < 0x800 {
      append(0xC0 | UInt8(truncatingIfNeeded: value &>> 6))
    } else {
      if value < 0x10000 {
        append(0xE0 | UInt8(truncatingIfNeeded: value &>> 12))
      } else {
        append(0xF0 | UInt8(truncatingIfNeeded: value &>> 18))
        append(continuation(value &>> 12))
      }
      append(continuation(value &>> 6))
    }
    append(continuation(value))
  }

  @inline(__always)
  private func continuation(_ bits: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: bits) & 0x3F }

  /// Strips and collapses ASCII white space.
  mutating func collapseHTMLSpace() {
    var end = 0
    var isPending = false
    for index in 0..<count {
      let byte = self[index]
      if HTMLBytes.isSpace(byte) {
        isPending = end > 0
      } else {
        // There is room: what was written is shorter than what was read.
        if isPending {
          self[end] = 0x20
          end += 1
        }
        isPending = false
        self[end] = byte
        end += 1
      }
    }
    cut(to: end)
  }
}

extension String {
  /// Strips and collapses ASCII white space.
  func collapsingHTMLSpace() -> String {
    var output = OwnedBuffer<UInt8>()
    utf8.span.withUnsafeBufferPointer { output.append($0) }
    output.collapseHTMLSpace()
    return String(decoding: output.elements, as: UTF8.self)
  }
}
