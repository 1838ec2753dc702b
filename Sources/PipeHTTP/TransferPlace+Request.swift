internal import CLibcurl
internal import PipeWeb

// What a request is made of, in libcurl's terms.
extension TransferPlace {
  /// What a request sends: of the methods that have a meaning for content, content of no bytes where none is given, so
  /// that its length is said (RFC 9110, 8.6). Some servers wait for it, or answer 411.
  static func content(_ method: String, _ content: [UInt8]?) -> [UInt8]? {
    content ?? (["POST", "PUT", "PATCH"].contains(method) ? [] : nil)
  }

  func setMethod(_ method: String, _ content: [UInt8]?) {
    pipe_easy_set_long(handle, CURLOPT_NOBODY, 0)
    pipe_easy_set_long(handle, CURLOPT_HTTPGET, 1)
    pipe_easy_set_text(handle, CURLOPT_CUSTOMREQUEST, nil)
    if let content {
      pipe_easy_set_large(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(content.count))
      content.withUnsafeBytes { bytes in
        // libcurl copies it here.
        _ = pipe_easy_set_pointer(
          handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      }
    }
    switch method {
    case "HEAD": pipe_easy_set_long(handle, CURLOPT_NOBODY, 1)
    case "GET" where content == nil: break
    default: pipe_easy_set_text(handle, CURLOPT_CUSTOMREQUEST, method)
    }
  }

  /// Sets what the first line of the request asks for; `nil` for what libcurl makes of the URL.
  func setTarget(_ target: String?) {
    if target == nil, !hasOwnTarget { return }
    pipe_easy_set_text(handle, CURLOPT_REQUEST_TARGET, target)
    hasOwnTarget = target != nil
  }

  /// - Parameter content: What is sent. Where no field says of what type it is, JSON is told by itself, and of all else
  ///   nothing is said (RFC 9110, 8.3): libcurl would call it a form.
  static func list(
    _ fields: [HTTPFields.Field], content: [UInt8]?
  ) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    func append(_ line: [UInt8]) {
      (line + [0]).withUnsafeBytes { bytes in
        list = curl_slist_append(list, bytes.baseAddress?.assumingMemoryBound(to: CChar.self)) ?? list
      }
    }
    for field in fields {
      // A field with an empty value is written with a semicolon, or libcurl would leave it out.
      let octets = field.octets
      append(Array(field.name.utf8) + (octets.isEmpty ? Array(";".utf8) : Array(": ".utf8) + octets))
    }
    if let content, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
      append(Array((UntypedContent.isJSON(content) ? "Content-Type: application/json" : "Content-Type:").utf8))
    }
    return list
  }
}
