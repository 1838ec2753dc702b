import CLibcurl
import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("Transfer, what went wrong in our own words")
struct TransferOutcomeTests {
  /// A sentence such as libcurl's and OpenSSL's.
  private static let raw = "OpenSSL SSL_read: error:0A0003F2:SSL routines::sslv3 xyzzy, errno 0"

  private static func ends(_ code: UInt32) -> [TransferEnd] {
    let details = [
      "", raw, "xyzzy", "HTTP/2 stream 1 was not closed cleanly: XYZZY (err 99)", "nghttp2 xyzzy mem_recv() xyzzy",
      "unable to set private key file: 'xyzzy' type PEM", "SSL: xyzzy does not match target host name 'xyzzy'",
    ]
    let proxies: [Proxy?] =
      [nil]
      + [Proxy.Scheme.http, .https, .socks5].map {
        Proxy(scheme: $0, name: "p:1", authority: "p:1", user: nil, password: nil, resolvesNames: false)
      }
    var ends: [TransferEnd] = []
    for detail in details {
      for proxy in proxies {
        for state in 0..<8 {
          var end = TransferEnd(code: CURLcode(code))
          end.host = "site.example:8443"
          end.detail = detail
          end.connection.proxy = proxy
          end.isSecure = state & 1 != 0
          end.isSent = state & 2 != 0
          end.isHeadWhole = state & 4 != 0
          end.headBytes = end.isHeadWhole ? 40 : 0
          end.connectTimeout = .seconds(1)
          end.totalTimeout = .seconds(1)
          ends.append(end)
        }
      }
    }
    return ends
  }

  @Test(
    "no sentence of libcurl's or OpenSSL's reaches a person, whatever libcurl's code",
    arguments: 1...110 as ClosedRange<UInt32>)
  func ownWords(code: UInt32) {
    for end in Self.ends(code) {
      guard let failure = TransferOutcome.failure(end) else {
        Issue.record("code \(code) has to be a failure")
        continue
      }
      #expect(!failure.message.isEmpty)
      #expect(!failure.message.lowercased().contains("xyzzy"), "\(code): \(failure.message)")
      #expect(!failure.message.contains("routines"), "\(code): \(failure.message)")
      #expect(!failure.message.contains(":: "), "\(code): \(failure.message)")
    }
  }

  private static func sent(_ code: CURLcode, _ detail: String = "", head: Bool = false) -> TransferEnd {
    var end = TransferEnd(code: code)
    end.host = "site.example"
    end.isSecure = true
    end.isConnected = true
    end.isSent = true
    end.detail = detail
    end.isHeadWhole = head
    end.headBytes = head ? 50 : 0
    end.length = head ? 7 : 0
    return end
  }

  @Test(
    "a stream of HTTP/2 that is lost is a lost connection, with what was received",
    arguments: HTTP2Fault.StreamError.allCases)
  func streams(error: HTTP2Fault.StreamError) {
    let detail = "HTTP/2 stream 3 was not closed cleanly: \(error.name) (err \(error.rawValue))"
    let lost = TransferOutcome.failure(Self.sent(CURLE_HTTP2_STREAM, detail))
    let words = "the HTTP/2 stream was reset (\(error.name))"
    let reason: TransferFailure.Reason =
      switch error {
      case .refusedStream: .refused
      case .protocolError, .flowControlError, .frameSizeError, .compressionError: .protocolBroken
      default: .connection
      }
    #expect(lost == TransferFailure(reason, words))
    let broken = TransferOutcome.failure(Self.sent(CURLE_HTTP2_STREAM, detail, head: true))
    #expect(broken == TransferFailure(.bodyBrokeOff, "the content broke off after 7 bytes: \(words)"))
  }

  @Test(
    "a connection of HTTP/2 that is lost says how",
    arguments: [
      (CURLE_HTTP2, "", TransferFailure.Reason.connection, "the HTTP/2 connection was ended by the server"),
      (
        CURLE_PARTIAL_FILE, "HTTP/2 stream 1 was not closed cleanly before end of the underlying stream", .connection,
        "the HTTP/2 connection was closed"
      ),
      (CURLE_RECV_ERROR, "Failed receiving HTTP2 data", .connection, "the HTTP/2 connection was closed"),
      (
        CURLE_RECV_ERROR, "h2_process_pending_input: nghttp2_session_mem_recv() returned -505:x", .protocolBroken,
        "the server's HTTP/2 is broken"
      ),
      (
        CURLE_HTTP2_STREAM, "HTTP/2 stream 1 was closed cleanly, but before getting  all response header fields",
        .connection, "the HTTP/2 stream ended without an answer"
      ),
    ])
  func connections(code: CURLcode, detail: String, reason: TransferFailure.Reason, words: String) {
    #expect(TransferOutcome.failure(Self.sent(code, detail)) == TransferFailure(reason, words))
  }

  @Test(
    "a TLS alert that comes after the handshake is told as one within it",
    arguments: [CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_PARTIAL_FILE])
  func lateAlert(code: CURLcode) {
    let end = Self.sent(
      code, "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0")
    #expect(
      TransferOutcome.failure(end)
        == TransferFailure(.tls, "site.example: the server wants a certificate (tls.client_cert)"))
  }

  @Test(
    "a connection that is lost right behind the handshake may want a certificate",
    arguments: [CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2])
  func brokenOffAfterHandshake(code: CURLcode) {
    var end = Self.sent(code)
    end.isSent = false
    end.isHandshaken = true
    let words = "site.example: the server broke off right after the handshake: it may "
    #expect(
      TransferOutcome.failure(end)
        == TransferFailure(.tlsBrokenOff, words + "want a certificate (tls.client_cert)"))
    end.connection.tls.certificate = "a.pem"
    #expect(TransferOutcome.failure(end) == TransferFailure(.tlsBrokenOff, words + "refuse client_cert"))
  }

  @Test("a proxy that breaks off within its answer to CONNECT is to blame")
  func brokenTunnel() {
    var end = Self.proxied(CURLE_RECV_ERROR)
    end.tunnelStatus = 200
    let words = "site.example: the proxy s://p:1 broke off within its answer to CONNECT"
    #expect(TransferOutcome.failure(end) == TransferFailure(.connect, words))
  }

  private static func proxied(
    _ code: CURLcode, _ scheme: Proxy.Scheme = .http, isSecure: Bool = true, user: String? = nil
  ) -> TransferEnd {
    var end = TransferEnd(code: code)
    end.host = "site.example"
    end.isSecure = isSecure
    end.isConnected = true
    end.connection.proxy = Proxy(
      scheme: scheme, name: "s://p:1", authority: "p:1", user: user, password: user, resolvesNames: false)
    end.connectTimeout = .seconds(2)
    end.totalTimeout = .seconds(3)
    return end
  }

  @Test(
    "a tunnel that a proxy refuses is refused for good; one that it cannot make may be made later",
    arguments: [
      (407, TransferFailure.Reason.refusedByProxy), (401, .refusedByProxy), (400, .refusedByProxy),
      (403, .refusedByProxy), (404, .refusedByProxy), (405, .refusedByProxy), (302, .refusedByProxy),
      (408, .connect), (429, .connect), (500, .connect), (502, .connect), (503, .connect), (504, .connect),
      (0, .connect),
    ])
  func tunnels(status: Int, reason: TransferFailure.Reason) {
    for scheme in [Proxy.Scheme.http, .https] {
      var end = Self.proxied(CURLE_RECV_ERROR, scheme)
      end.tunnelStatus = status
      end.detail = "CONNECT tunnel failed, response \(status)"
      let failure = TransferOutcome.failure(end)
      #expect(failure?.reason == reason)
      #expect(failure?.message.contains("the proxy s://p:1") == true, "\(failure?.message ?? "")")
    }
  }

  @Test("every code of SOCKS names the proxy, and what is refused is refused for good")
  func socks() {
    let final: Set = [
      CURLPX_NO_AUTH, CURLPX_USER_REJECTED, CURLPX_REPLY_NOT_ALLOWED, CURLPX_REPLY_COMMAND_NOT_SUPPORTED,
      CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED, CURLPX_BAD_VERSION, CURLPX_GSSAPI, CURLPX_GSSAPI_PERMSG,
      CURLPX_GSSAPI_PROTECTION, CURLPX_UNKNOWN_MODE, CURLPX_LONG_HOSTNAME, CURLPX_LONG_USER, CURLPX_LONG_PASSWD,
    ].reduce(into: Set<UInt32>()) { $0.insert($1.rawValue) }
    for code in 0..<CURLPX_LAST.rawValue {
      var end = Self.proxied(CURLE_PROXY, .socks5, isSecure: false)
      end.proxyCode = Int(code)
      end.detail = "xyzzy"
      let failure = TransferOutcome.failure(end)
      #expect(failure?.reason == (final.contains(code) ? .refusedByProxy : .connect), "\(code)")
      #expect(failure?.message.contains("the proxy s://p:1") == true, "\(failure?.message ?? "")")
      #expect(failure?.message.contains("xyzzy") == false)
    }
  }

  @Test(
    "everything that a proxy does wrong names it",
    arguments: [
      (CURLE_COULDNT_RESOLVE_PROXY, Proxy.Scheme.http, true), (CURLE_COULDNT_CONNECT, .http, false),
      (CURLE_GOT_NOTHING, .http, false), (CURLE_SEND_ERROR, .http, false), (CURLE_RECV_ERROR, .http, false),
      (CURLE_WEIRD_SERVER_REPLY, .http, false), (CURLE_UNSUPPORTED_PROTOCOL, .http, false),
      (CURLE_GOT_NOTHING, .http, true), (CURLE_RECV_ERROR, .https, true), (CURLE_OPERATION_TIMEDOUT, .http, true),
      (CURLE_OPERATION_TIMEDOUT, .socks5, false), (CURLE_SSL_CONNECT_ERROR, .https, true),
      (CURLE_SSL_CONNECT_ERROR, .https, false), (CURLE_PEER_FAILED_VERIFICATION, .https, true),
      (CURLE_RECV_ERROR, .socks5, true), (CURLE_COULDNT_CONNECT, .socks5, true),
    ])
  func namesTheProxy(code: CURLcode, scheme: Proxy.Scheme, isSecure: Bool) {
    var end = Self.proxied(code, scheme, isSecure: isSecure)
    if code == CURLE_COULDNT_CONNECT { end.isConnected = false }
    let isOwnRequest = scheme != .socks5 && !isSecure && !end.isCode(TransferEnd.tls)
    end.isSent = isOwnRequest && code != CURLE_COULDNT_CONNECT && code != CURLE_OPERATION_TIMEDOUT
    let failure = TransferOutcome.failure(end)
    #expect(failure?.message.contains("the proxy s://p:1") == true, "\(failure?.message ?? "nothing")")
  }

  @Test("what the target does wrong beyond a tunnel does not name the proxy")
  func beyondTheTunnel() {
    for code in [CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_GOT_NOTHING, CURLE_RECV_ERROR] {
      var end = Self.proxied(code)
      // An alert is the target's own.
      if code == CURLE_SSL_CONNECT_ERROR { end.detail = "error:0A000410:SSL routines::sslv3 alert handshake failure" }
      end.tunnelStatus = 200
      end.isSent = !end.isCode(TransferEnd.tls)
      end.isHandshaken = end.isSent
      let failure = TransferOutcome.failure(end)
      #expect(failure?.message.contains("proxy") == false, "\(failure?.message ?? "nothing")")
    }
  }

  @Test("a tunnel that is closed within the handshake of TLS may be the proxy's fault")
  func closedTunnel() {
    for scheme in [Proxy.Scheme.http, .https, .socks5] {
      var end = Self.proxied(CURLE_SSL_CONNECT_ERROR, scheme)
      end.tunnelStatus = scheme == .socks5 ? 0 : 200
      let words = "the connection through the proxy s://p:1 was closed within the handshake"
      #expect(TransferOutcome.failure(end) == TransferFailure(.tls, "site.example: \(words)"))
    }
  }

  @Test("an interim answer to CONNECT is told as such, and would come again", arguments: [100, 102, 103])
  func interimTunnel(status: Int) {
    var end = Self.proxied(CURLE_RECV_ERROR)
    end.tunnelStatus = status
    let failure = TransferOutcome.failure(end)
    #expect(failure?.reason == .refusedByProxy)
    #expect(failure?.message.contains("the proxy s://p:1 answers CONNECT with an interim status") == true)
  }

  @Test("a proxy that makes the request itself and says nothing in time is named", arguments: [true, false])
  func silentProxy(isHeadWhole: Bool) {
    var end = Self.proxied(CURLE_OPERATION_TIMEDOUT, isSecure: false)
    end.isSent = true
    end.isHeadWhole = isHeadWhole
    let words = isHeadWhole ? "not complete within 3s" : "no answer within 3s"
    #expect(TransferOutcome.totalTimeout(end) == TransferFailure(.timeout, "the proxy s://p:1: \(words)"))
    end.isSecure = true
    end.tunnelStatus = 200
    #expect(TransferOutcome.totalTimeout(end) == TransferFailure(.timeout, words))
  }

  @Test("no name, and a silent name server, are told from no connection")
  func silentNameServer() {
    var end = TransferEnd(code: CURLE_OPERATION_TIMEDOUT)
    end.host = "site.example:81"
    end.connectTimeout = .seconds(2)
    #expect(
      TransferOutcome.failure(end)
        == TransferFailure(.connectTimeout, "no address of site.example within 2s: the name server is silent"))
    end.isResolved = true
    #expect(TransferOutcome.failure(end) == TransferFailure(.connectTimeout, "no connection within 2s"))
    end.isResolved = false
    end.host = "192.0.2.1"
    #expect(TransferOutcome.failure(end) == TransferFailure(.connectTimeout, "no connection within 2s"))
  }
}
