internal import PipeWeb

/// A Retry-After field (RFC 9110, 10.2.3): seconds, or a date.
enum RetryAfter {
  /// Nobody waits longer, whatever a server says.
  static let maximum = Duration.seconds(300)

  /// How long to wait from now; `nil` for what is neither form.
  static func wait(_ field: String, now: Timestamp) -> Duration? {
    let text = field.drop { $0 == " " || $0 == "\t" }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    if !digits.isEmpty, text.dropFirst(digits.count).allSatisfy({ $0 == " " || $0 == "\t" }) {
      // More digits than fit are more seconds than anybody waits.
      return min(maximum, .seconds(Int64(digits) ?? .max / 2))
    }
    // The dates of HTTP have a time (RFC 9110, 5.6.7).
    guard field.utf8.contains(UInt8(ascii: ":")), let date = try? WrittenDate.timestamp(field) else { return nil }
    return min(maximum, max(.zero, .seconds(date.seconds - now.seconds)))
  }
}
