internal import CLibcurl
internal import Glibc
internal import PipeWeb

/// What libcurl's result code means to a person.
struct TransferOutcome {
  let failure: TransferFailure?

  init(_ code: CURLcode, place: TransferPlace) {
    failure = ProxyFault.failure(code, place) ?? Self.failure(code, place: place)
  }

  private static func failure(_ code: CURLcode, place: TransferPlace) -> TransferFailure? {
    switch code {
    // For libcurl, a head that breaks off with the connection is whole.
    case CURLE_OK where place.head.isWhole:
      return place.decoding?.unfinished.map {
        TransferFailure(.body, "its \($0.name) data broke off after \(place.length) bytes")
      }
    case CURLE_WRITE_ERROR where place.isCut:
      // We ended it ourselves, with what fits.
      return nil
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return TransferFailure(.dns, "\(place.host) has no address")
    case _ where place.refusal != nil:
      return TransferFailure(.forbidden, "\(place.refusal ?? ""); allow_private can name it")
    case CURLE_COULDNT_CONNECT:
      return TransferFailure(.connect, "\(place.host): \(place.connectionWords)")
    case CURLE_OPERATION_TIMEDOUT:
      // The only limit of time that libcurl knows.
      return TransferFailure(.connectTimeout, "no connection within \(place.settings.connectTimeout.shown)")
    case _ where TLSFault.words(code, place) != nil:
      return TransferFailure(.tls, "\(place.host): \(TLSFault.words(code, place) ?? "")")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_URL_MALFORMAT,
      CURLE_BAD_FUNCTION_ARGUMENT:
      return TransferFailure(.protocol, place.detail.isEmpty ? "not HTTP" : place.detail)
    case CURLE_BAD_CONTENT_ENCODING:
      // libcurl undoes transfer codings alone.
      return TransferFailure(.body, "the transfer coding is unknown, or broken after \(place.length) bytes")
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR:
      return TransferFailure(.connection, "closed without an answer")
    case CURLE_OUT_OF_MEMORY where !place.head.isWhole && place.large(CURLINFO_PRETRANSFER_TIME_T) > 0:
      // What libcurl says of a line of more than 100 KiB.
      return TransferFailure(.protocol, TransferHead.excess)
    case CURLE_OUT_OF_MEMORY:
      return TransferFailure(.connection, "no memory for the transfer")
    case _ where place.head.isWhole:
      return TransferFailure(.bodyBrokeOff, "the content broke off after \(place.length) bytes")
    case _ where place.head.bytes > 0:
      return TransferFailure(.connection, "broken off within the head")
    default:
      return TransferFailure(.connection, place.detail.isEmpty ? "broken off before an answer" : place.detail)
    }
  }

  /// What the total limit of time cut off.
  static func totalTimeout(_ place: TransferPlace) -> TransferFailure {
    let limit = place.settings.totalTimeout.shown
    if place.large(CURLINFO_PRETRANSFER_TIME_T) == 0 {
      return TransferFailure(.connectTimeout, "no connection within \(limit)")
    }
    return TransferFailure(.timeout, place.head.isWhole ? "not complete within \(limit)" : "no answer within \(limit)")
  }
}

extension TransferPlace {
  /// Why there is no connection, in the system's words.
  var connectionWords: String {
    let reason = long(CURLINFO_OS_ERRNO)
    let words = reason == 0 ? detail : String(cString: strerror(Int32(truncatingIfNeeded: reason)))
    return words.isEmpty ? "no connection" : words
  }
}

extension Duration {
  /// As a spec would say it: `10s`, `250ms`.
  var shown: String {
    let (seconds, attoseconds) = components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}
