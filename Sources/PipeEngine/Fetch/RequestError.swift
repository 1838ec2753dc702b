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

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// As the `error` field shows it: `timeout: no answer within 10s`.
  package var description: String { "\(code.rawValue): \(message)" }
}
