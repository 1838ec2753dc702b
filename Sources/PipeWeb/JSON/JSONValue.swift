internal import PipeText

/// A JSON value (RFC 8259).
///
/// Two values are equal where they mean the same: numbers by value (`1` and `1.0`), strings code point by code point
/// (unlike Swift's strings, which may differ in their composition and be equal), objects without regard to order.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  package static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.isExactly(right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  /// How deep arrays and objects may be nested in each other.
  package static let depthLimit = 512

  /// Parses a JSON text: UTF-8, with or without a byte order mark.
  ///
  /// Ill-formed UTF-8 inside strings and escaped lone surrogates become U+FFFD; of members with the same name the
  /// last one counts, in the place of the first.
  ///
  /// - Parameter memory: The most bytes that the values may take, about: a text of two bytes an element takes fifty times
  ///   its own size.
  package init(parsing text: Span<UInt8>, memory: Int = JSONValue.memoryLimit) throws(JSONSyntaxError) {
    let result: Result<JSONValue, JSONSyntaxError> = text.withUnsafeBufferPointer { bytes in
      var parser = JSONParser(bytes, memory: memory)
      do throws(JSONSyntaxError) {
        return .success(try parser.document())
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// Parses a JSON text.
  package init(parsing text: String, memory: Int = JSONValue.memoryLimit) throws(JSONSyntaxError) {
    let bytes = Array(text.utf8)
    try self.init(parsing: bytes.span, memory: memory)
  }

  /// The most memory where nothing else is said.
  package static let memoryLimit = 256 << 20
}
