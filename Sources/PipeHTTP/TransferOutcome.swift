internal import CLibcurl
internal import Glibc
internal import PipeWeb

/// What went wrong with a transfer, in words for a person. They are ours, whatever libcurl says.
enum TransferOutcome {
  static func failure(_ end: TransferEnd) -> TransferFailure? {
    if let failure = ProxyFault.failure(end) { return failure }
    switch end.code {
    // For libcurl, a head that breaks off with the connection is whole.
    case CURLE_OK where end.isHeadWhole:
      return end.unfinished.map {
        TransferFailure(.body, "its \($0) data broke off after \(end.length) bytes")
      }
    case CURLE_WRITE_ERROR where end.isCut:
      // We ended it ourselves, with what fits.
      return nil
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return TransferFailure(.dns, "\(end.host) has no address")
    case _ where end.refusal != nil:
      return TransferFailure(.forbidden, "\(end.refusal ?? ""); allow_private can name it")
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
      return TransferFailure(.connect, "\(end.peer): \(connectionWords(end))")
    case CURLE_OPERATION_TIMEDOUT:
      // The only limit of time that libcurl knows.
      return noConnection(within: end.connectTimeout, end)
    case _ where TLSFault.words(end) != nil:
      return TransferFailure(.tls, "\(end.peer): \(TLSFault.words(end) ?? "")")
    case _ where TLSFault.isBrokenOff(end):
      return TransferFailure(.tlsBrokenOff, "\(end.host): \(TLSFault.brokenOff(end))")
    case _ where HTTP2Fault.failure(end) != nil:
      return HTTP2Fault.failure(end)
    case CURLE_UNSUPPORTED_PROTOCOL where !end.isSent && end.headBytes == 0:
      return TransferFailure(.protocol, "only http and https are spoken")
    case CURLE_URL_MALFORMAT:
      return TransferFailure(.badURL, "'\(end.hostname)' is not a host's name")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_FUNCTION_ARGUMENT:
      // It may be left over from the answer before, and a request that must not be sent twice is not.
      if end.isReused, !end.isHTTP2, end.headBytes == 0 {
        return TransferFailure(.connection, "the data on the kept connection is not HTTP")
      }
      return notHTTP(end)
    case CURLE_BAD_CONTENT_ENCODING:
      // libcurl undoes transfer codings alone.
      return TransferFailure(.body, brokenCoding(after: end.length))
    case CURLE_OUT_OF_MEMORY where !end.isHeadWhole && end.isSent:
      // What libcurl says of a line of more than 100 KiB.
      return TransferFailure(.protocol, end.told(TransferHead.excess))
    case CURLE_OUT_OF_MEMORY:
      return TransferFailure(.connection, "no memory for the transfer")
    case _ where end.isHeadWhole:
      return TransferFailure(.bodyBrokeOff, "the content broke off after \(end.length) bytes")
    case _ where end.headBytes > 0:
      return TransferFailure(.connection, end.told("broken off within the head"))
    case _ where end.isSent:
      return TransferFailure(.connection, end.told("closed without an answer"))
    default:
      return TransferFailure(.connection, end.told("broken off before an answer"))
    }
  }

  static func brokenCoding(after length: Int) -> String {
    "the transfer coding is unknown, or broken after \(length) bytes"
  }

  /// What the total limit of time cut off.
  static func totalTimeout(_ end: TransferEnd) -> TransferFailure {
    if !end.isSent { return noConnection(within: end.totalTimeout, end) }
    let limit = end.totalTimeout.shown
    return TransferFailure(
      .timeout, end.told(end.isHeadWhole ? "not complete within \(limit)" : "no answer within \(limit)"))
  }

  private static func noConnection(within limit: Duration, _ end: TransferEnd) -> TransferFailure {
    let limit = limit.shown
    if let proxy = end.connection.proxy, end.proxyAtFault != nil || proxy.scheme == .socks5 {
      let name = "the proxy \(proxy.name)"
      return TransferFailure(.connectTimeout, "\(name): no connection to \(end.host) within \(limit)")
    }
    if !end.isResolved, !end.isConnected, !end.isReused, end.hasName {
      return TransferFailure(
        .connectTimeout, "no address of \(end.hostname) within \(limit): the name server is silent")
    }
    return TransferFailure(.connectTimeout, "no connection within \(limit)")
  }

  /// Why there is no connection, in the system's words.
  private static func connectionWords(_ end: TransferEnd) -> String {
    end.systemError == 0 ? "no connection" : String(cString: strerror(end.systemError))
  }

  private static func notHTTP(_ end: TransferEnd) -> TransferFailure {
    let words =
      if end.detail.contains("HTTP version") {
        "an HTTP version that is not spoken"
      } else if end.detail.contains("colon") {
        "a header line without a colon"
      } else if end.detail.contains("Nul byte") {
        "a zero byte in the head"
      } else if end.detail.contains("Content-Length") {
        TransferHead.noLength
      } else if end.detail.contains("response code") {
        "a status that is none"
      } else {
        "not HTTP"
      }
    return TransferFailure(.protocol, end.told(words))
  }
}

extension TransferEnd {
  /// Whether the host is a name, whose address has to be found.
  fileprivate var hasName: Bool { IPAddress(String(hostname)) == nil && !hostname.hasPrefix("[") }
}
