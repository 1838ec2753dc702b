/// A response as received (RFC 9110): its head, and as much of its content as was asked for.
///
/// One object that goes through all stages, so that a hop costs one reference count.
package final class HTTPResponse: Sendable {
  /// 100 to 599.
  package let status: Int
  package let version: HTTPVersion
  /// The header fields in the order of arrival; empty where nobody asked for them.
  package let fields: HTTPFields
  /// The Content-Type field's value as received.
  package let contentType: String?
  /// The Location field's value of a redirect (RFC 9110, 10.2.2).
  package let location: String?
  /// The Retry-After field's value of a 429 or 503 (RFC 9110, 10.2.3).
  package let retryAfter: String?
  /// The content after its codings are undone; empty where nobody asked for it, and where all that was asked for was
  /// found while it arrived.
  package let body: [UInt8]
  /// What a scan of the page found while it arrived; `nil` where none was made.
  package let scanned: ScannedPage?
  /// Bytes of the whole content after its codings are undone, kept or not.
  package let length: Int
  /// Whether the content ended before it was whole, by a limit or by a fault.
  package let isTruncated: Bool
  /// The address that was connected to, a proxy's where there is one; `nil` where nobody asked for it.
  package let address: IPAddress?

  package init(
    status: Int, version: HTTPVersion, fields: HTTPFields = HTTPFields(), contentType: String? = nil,
    location: String? = nil, retryAfter: String? = nil, body: [UInt8] = [], scanned: ScannedPage? = nil,
    length: Int = 0,
    isTruncated: Bool = false, address: IPAddress? = nil
  ) {
    self.status = status
    self.version = version
    self.fields = fields
    self.contentType = contentType
    self.location = location
    self.retryAfter = retryAfter
    self.body = body
    self.scanned = scanned
    self.length = length
    self.isTruncated = isTruncated
    self.address = address
  }
}

package enum HTTPVersion: String, Sendable {
  case http10 = "1.0"
  case http11 = "1.1"
  case http2 = "2"
  case http3 = "3"
}

/// Header fields (RFC 9110, 5): names compare without case, order is kept, a name may come again.
package struct HTTPFields: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }

    /// Whether it carries credentials, which are for one origin alone (RFC 9110, 11; RFC 6265).
    package var isCredential: Bool { ["authorization", "cookie", "proxy-authorization"].contains(name.lowercased()) }
  }

  package private(set) var all: [Field]

  package init(_ fields: [Field] = []) { all = fields }

  package mutating func append(name: String, value: String) { all.append(Field(name: name, value: value)) }

  /// The values of the fields of a name, joined by `, ` (RFC 9110, 5.3); `nil` where there is none.
  package subscript(name: String) -> String? {
    let values = all.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

extension HTTPFields {
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
