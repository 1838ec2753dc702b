/// Why a request failed: a record's failure, which is data. The run goes on.
package struct RequestError: Error, Hashable, Sendable {
  /// DESIGN §4 says when each is used.
  package enum Code: String, Sendable, CaseIterable {
    case badURL = "bad-url"
    case dns
    case connect
    case tls
    case timeout
    case connection
    case `protocol`
    case body
    case tooLarge = "too-large"
    case redirects
    case forbidden
    case robots
    case extract
  }

  /// What the code alone does not tell, and what becomes of the request and its host depends on.
  package enum Circumstance: UInt8, Sendable {
    case none
    /// No connection was made.
    case noConnection
    /// No connection was made, as the name servers had no answer, which may pass.
    case lookupFailed
    /// The connection was lost.
    case connectionLost
    /// The connection was lost, and the server says that it has done nothing of the request.
    case notActedOn
    /// The proxy makes no connection, and would refuse once more.
    case refusedByProxy
    /// The kept connection was closed before a byte of the answer: a new one will tell (RFC 9112, 9.3.1).
    case keptConnection

    /// Whether no connection to the host was made.
    var isWithoutConnection: Bool { [.noConnection, .lookupFailed, .refusedByProxy].contains(self) }
  }

  package let code: Code
  package let message: String
  package let circumstance: Circumstance

  package init(_ code: Code, _ message: String, _ circumstance: Circumstance = .none) {
    self.code = code
    self.message = message
    self.circumstance = circumstance
  }

  /// As the `error` field shows it: `timeout: no answer within 10s`.
  package var description: String { "\(code.rawValue): \(message)" }
}
