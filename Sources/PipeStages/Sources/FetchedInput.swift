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

  /// What a list consists of, or why it cannot be had.
  static func content(of answer: SourceResponse) -> Result<HTTPResponse, Unreadable> {
    guard let response = answer.response else {
      return .failure(Unreadable(answer.error?.message ?? "there is no answer"))
    }
    guard response.status == 200 else { return .failure(Unreadable("the status is \(response.status)")) }
    return .success(response)
  }
}

extension FetchedInput {
  /// Why a list is not whole: its content broke off, is longer than what is kept, or cannot be decompressed.
  static func fault(of answer: SourceResponse, _ pieces: FetchedPieces) -> Unreadable? {
    if let error = answer.error { return Unreadable(error.message) }
    if answer.response?.isTruncated == true {
      return Unreadable("it is longer than \(RequestPurpose.sitemap.contentLimit ?? 0) bytes")
    }
    return pieces.fault
  }
}

/// Why a list cannot be read.
struct Unreadable: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// The content of an answer in pieces, with gzip and zstd undone if it begins with them: a file that is compressed is sent
/// as it is.
struct FetchedPieces {
  /// Why there are no more pieces, if it is not the end.
  private(set) var fault: Unreadable?
  private let content: [UInt8]
  private var decoding = InputDecoding()
  private var start = 0
  private var hasEnded = false

  init(_ content: [UInt8]) { self.content = content }

  /// The next piece; `nil` at the end, and where the content cannot be read further (`fault`).
  ///
  /// - Throws: `CancellationError` if the run stops: a list may be long and yield nothing for as long.
  mutating func next() throws(CancellationError) -> ArraySlice<UInt8>? {
    if Task.isCancelled { throw CancellationError() }
    if fault != nil { return nil }
    do throws(CompressionFault) {
      while true {
        if let piece = try decoding.next() { return piece }
        if hasEnded { return nil }
        if start == content.count {
          try decoding.end()
          hasEnded = true
        } else {
          let end = min(content.count, start + 64 << 10)
          decoding.take(content[start..<end])
          start = end
        }
      }
    } catch {
      // Bytes behind whole data change none of it.
      if !error.isExcess { fault = Unreadable("the content \(error.reason)") }
      return nil
    }
  }
}
