internal import PipeText

/// Header fields (RFC 9110, 5): names compare without case, order is kept, a name may come again.
package struct HTTPFields: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package let name: String
    package let value: String
    /// The bytes that the value stands for, where they are not its UTF-8.
    private let received: [UInt8]?

    package init(name: String, value: String) {
      self.name = name
      self.value = value
      received = nil
    }

    /// - Parameter octets: The value as it came: a field is made of octets (RFC 9110, 5.5), and a cookie goes back byte
    ///   by byte (RFC 6265bis, 5.8.3).
    package init(name: String, octets: UnsafeRawBufferPointer) {
      self.name = name
      if let value = String(validating: octets, as: UTF8.self) {
        self.value = value
        received = nil
      } else {
        value = HTTPFields.text(octets)
        received = Array(octets)
      }
    }

    package init(name: String, octets: [UInt8]) {
      self = octets.withUnsafeBytes { Field(name: name, octets: $0) }
    }

    /// The value's bytes as they are sent, or as they came.
    package var octets: [UInt8] { received ?? Array(value.utf8) }
  }

  package private(set) var all: [Field]

  package init(_ fields: [Field] = []) { all = fields }

  package mutating func append(name: String, value: String) { all.append(Field(name: name, value: value)) }

  package mutating func append(_ field: Field) { all.append(field) }

  /// The values of the fields of a name, joined by `, ` (RFC 9110, 5.3); `nil` where there is none.
  package subscript(name: String) -> String? {
    let values = all.filter { $0.name.isExactlyInAnyCase(name) }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

extension HTTPFields {
  /// A value as text: UTF-8 where it is that, else each byte is the character of its number (Infra, "isomorphic decode",
  /// which Fetch asks for).
  package static func text(_ octets: some Collection<UInt8>) -> String {
    if let text = String(validating: octets, as: UTF8.self) { return text }
    var scalars = String.UnicodeScalarView()
    for octet in octets { scalars.append(Unicode.Scalar(octet)) }
    return String(scalars)
  }

  /// The value of a Location field. Bytes that are not UTF-8 are percent-encoded as they are, as browsers do: the server
  /// is asked for the bytes that it named.
  package static func reference(_ octets: some Collection<UInt8>) -> String {
    if let text = String(validating: octets, as: UTF8.self) { return text }
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for octet in octets {
      if octet < 0x80 {
        encoded.append(octet)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Whether a text can be a field's name: a token (RFC 9110, 5.6.2).
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// Whether a text can be a field's value (RFC 9110, 5.5).
  package static func isValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 != 0 && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
  }
}
