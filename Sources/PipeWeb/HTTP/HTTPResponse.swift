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

package enum HTTPVersion: String, CaseIterable, Sendable {
  case http10 = "1.0"
  case http11 = "1.1"
  case http2 = "2"
  case http3 = "3"
}
