import PipeEngine
import PipeSpec
import PipeWeb

/// What the sources that fetch their lists have in common.
enum FetchedInput {
  /// What becomes of the run if a list cannot be had or read.
  enum Failure: String, CaseIterable, Sendable {
    case fail, `continue`
  }

  static let onError = Key(
    "on_error",
    Shape<Failure>.choice {
      switch $0 {
      case .fail: "the run fails"
      case .continue: "a warning; the others are read"
      }
    },
    default: .fail, shown: "fail", "What happens if one of them cannot be fetched or read.")

  static let since = Key(
    optional: "since", date,
    "Takes only what may have changed since then. Entries without a date, or with one that cannot be read, are taken.",
    example: "2026-01-31")

  private static let date = Shape.scalar(.text(name: "a date", examples: ["2026-01-31", "2026-01-31T10:20:00Z"])) {
    text throws(ScalarFault) -> Timestamp in
    guard let date = StatedDate(text.text)?.span?.lowerBound else {
      throw ScalarFault(.badValue, "is not a date", hint: "write it as 2026-01-31 or 2026-01-31T10:20:00Z")
    }
    return date
  }

  /// The part of a summary that says what is left out.
  static func summary(since: Timestamp?) -> String { since.map { ", since \($0.description)" } ?? "" }
}

/// Why a list cannot be read.
struct Unreadable: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
