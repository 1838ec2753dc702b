/// A text as its code points, as the key of a dictionary or a set.
///
/// Swift's strings are equal where they are canonically equivalent: `é` is one scalar or two. The web's standards and the
/// names of files, columns and keys compare code points.
package struct ExactText: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool { left.text.isExactly(right.text) }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether this text and the other one have the same code points.
  package func isExactly(_ other: String) -> Bool {
    // Texts mostly differ in length already. Equal for Swift means canonically equivalent, which is not enough, but
    // quick to refuse.
    utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
  }

  /// Whether both texts are the same once the letters of ASCII are in lower case, as for any other kind of text.
  package func isExactlyInAnyCase(_ other: String) -> Bool {
    utf8.count == other.utf8.count
      && utf8.elementsEqual(other.utf8) { $0 == $1 || $0.inASCIILowercase == $1.inASCIILowercase }
  }
}

extension StringProtocol {
  /// Whether this text and the other one have the same code points.
  package func isExactly(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether both texts are the same once the letters of ASCII are in lower case (Infra, 4.6): no other letters have cases
  /// here, so that U+212A is not a K.
  package func isExactlyInAnyCase(_ other: some StringProtocol) -> Bool {
    utf8.elementsEqual(other.utf8) { $0 == $1 || $0.inASCIILowercase == $1.inASCIILowercase }
  }

  /// The text with the letters of ASCII in lower case (Infra, 4.6, "ASCII lowercase").
  package var inASCIILowercase: String {
    String(decoding: utf8.lazy.map(\.inASCIILowercase), as: UTF8.self)
  }
}

extension String {
  /// The text with the letters of ASCII in lower case. Most names are so already; they are asked for at every element of a
  /// page, where code for any kind of text costs as much as the search.
  package var inASCIILowercase: String {
    let isLowercase = utf8.allSatisfy { !(0x41...0x5A ~= $0) }
    return isLowercase ? self : String(decoding: utf8.map(\.inASCIILowercase), as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var inASCIILowercase: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }
}
