internal import PipeWeb

extension TransferRequest {
  /// The header fields as they are sent: the settings' own, but for those that the request has itself and for
  /// those that are not to go along, and then the request's.
  ///
  /// - Parameter forwarded: What a proxy is told of the target, if it is told.
  func fields(with common: [HTTPFields.Field], to forwarded: ForwardedTarget? = nil) -> [HTTPFields.Field] {
    var names = Set(headers.map { $0.name.lowercased() })
    var headers = headers
    if headers.contains(where: { $0.isRange }), !names.contains("accept-encoding"),
      common.contains(ContentCoding.accepted)
    {
      headers.append(.identity)
      names.insert("accept-encoding")
    }
    if let forwarded, !names.contains("host"), !common.contains(where: { $0.name.lowercased() == "host" }) {
      headers.append(HTTPFields.Field(name: "Host", value: forwarded.authority))
    }
    return common.filter { field in
      !names.contains(field.name.lowercased()) && !(withholdsCredentials && field.isForOneOrigin)
        && !(withholdsContentFields && field.describesContent)
    } + headers
  }
}

/// What is told of content that nobody has given a type.
enum UntypedContent {
  /// Whether it is an object or a list of JSON, which is known by itself.
  static func isJSON(_ content: [UInt8]) -> Bool {
    guard let first = content.first(where: { $0 > UInt8(ascii: " ") }),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else { return false }
    return (try? JSONValue(parsing: content.span)) != nil
  }
}

extension HTTPFields.Field {
  /// Whether it asks for a part. A part of coded content cannot be decoded, and a range is one of the content as it is
  /// coded (RFC 9110, 14.2): so no coding is accepted with it (WHATWG Fetch, HTTP-network-or-cache fetch).
  var isRange: Bool { name.lowercased() == "range" }

  static var identity: Self { Self(name: ContentCoding.accepted.name, value: "identity") }
}
