internal import CLibcurl

/// What went wrong with a stream or a connection of HTTP/2 (RFC 9113, 5.4).
///
/// A stream that is lost is a lost connection: what was received is kept, and the request may be sent again. A stream
/// that was refused was not acted on (RFC 9113, 8.7), nor was one above the last of a GOAWAY (6.8).
enum HTTP2Fault {
  static func failure(_ end: TransferEnd) -> TransferFailure? {
    let isTold =
      end.isCode([CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_HTTP3, CURLE_QUIC_CONNECT_ERROR])
      || end.detail.contains("HTTP/2 stream") || end.detail.contains("nghttp2") || end.detail.contains("HTTP2 data")
    guard isTold else { return nil }
    let error = streamError(in: end.detail)
    let words = words(error, end)
    if end.isHeadWhole {
      return TransferFailure(.bodyBrokeOff, "the content broke off after \(end.length) bytes: \(words)")
    }
    switch error {
    case .refusedStream: return TransferFailure(.refused, words)
    case .protocolError, .frameSizeError, .compressionError, .flowControlError:
      return TransferFailure(.protocolBroken, words)
    case nil where isBroken(end): return TransferFailure(.protocolBroken, words)
    default: return TransferFailure(.connection, words)
    }
  }

  /// RFC 9113, 7.
  enum StreamError: Int, CaseIterable {
    case noError, protocolError, internalError, flowControlError, settingsTimeout, streamClosed, frameSizeError
    case refusedStream, cancel, compressionError, connectError, enhanceYourCalm, inadequateSecurity, http11Required

    /// As the standard has it.
    var name: String {
      switch self {
      case .noError: "NO_ERROR"
      case .protocolError: "PROTOCOL_ERROR"
      case .internalError: "INTERNAL_ERROR"
      case .flowControlError: "FLOW_CONTROL_ERROR"
      case .settingsTimeout: "SETTINGS_TIMEOUT"
      case .streamClosed: "STREAM_CLOSED"
      case .frameSizeError: "FRAME_SIZE_ERROR"
      case .refusedStream: "REFUSED_STREAM"
      case .cancel: "CANCEL"
      case .compressionError: "COMPRESSION_ERROR"
      case .connectError: "CONNECT_ERROR"
      case .enhanceYourCalm: "ENHANCE_YOUR_CALM"
      case .inadequateSecurity: "INADEQUATE_SECURITY"
      case .http11Required: "HTTP_1_1_REQUIRED"
      }
    }
  }

  private static func words(_ error: StreamError?, _ end: TransferEnd) -> String {
    if let error { return "the HTTP/2 stream was reset (\(error.name))" }
    if unknownError(in: end.detail) != nil { return "the HTTP/2 stream was reset" }
    if end.detail.contains("closed cleanly, but before") { return "the HTTP/2 stream ended without an answer" }
    if isBroken(end) { return "the server's HTTP/2 is broken" }
    if end.detail.contains("end of the underlying stream") || end.detail.contains("receiving HTTP2 data") {
      return "the HTTP/2 connection was closed"
    }
    return "the HTTP/2 connection was ended by the server"
  }

  /// Whether what came could not be read.
  private static func isBroken(_ end: TransferEnd) -> Bool { end.detail.contains("mem_recv()") }

  /// The error that a stream ended with, in words such as `… was not closed cleanly: CANCEL (err 8)`.
  private static func streamError(in detail: String) -> StreamError? {
    unknownError(in: detail).flatMap { StreamError(rawValue: $0) }
  }

  private static func unknownError(in detail: String) -> Int? {
    guard let mark = detail.firstRange(of: "(err ") else { return nil }
    return Int(detail[mark.upperBound...].prefix { $0 != ")" })
  }
}
