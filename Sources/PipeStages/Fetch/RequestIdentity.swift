import PipeEngine
import PipeHTTP
import PipeWeb
import Synchronization

/// Who a request says that it is: the credential of its origin, and the cookies of the run.
///
/// Every hop of a redirect is a request of its own and gets what belongs to where it goes.
final class RequestIdentity: Sendable {
  private let authorizations: [WebURL.OriginKey: String]
  /// The Cookie field that the spec itself gives.
  private let ownCookies: String?
  private let keepsCookies: Bool
  private let jar = Mutex(CookieJar())

  /// - Returns: `nil` where requests say nothing.
  init?(_ fetch: FetchPlan) {
    if fetch.authorizations.isEmpty, !fetch.keepsCookies { return nil }
    authorizations = fetch.authorizations
    ownCookies = HTTPFields(fetch.headers)["Cookie"]
    keepsCookies = fetch.keepsCookies
  }

  /// The request with what belongs to where it goes; itself, where that is nothing.
  func identify(_ request: Request) -> any TransferRequest {
    guard let url = request.url else { return request }
    // A login begins a session of its own. With the cookies of one that has ended, or has not, some sites show no form.
    if request.purpose == .login, request.trail.isEmpty { jar.withLock { $0.forget(siteOf: url) } }
    let own = HTTPFields(request.headers)
    var more: [HTTPFields.Field] = []
    if let authorization = authorizations[url.originKey], !url.hasUserinfo, own["Authorization"] == nil {
      more.append(HTTPFields.Field(name: "Authorization", value: authorization))
    }
    if keepsCookies, let kept = jar.withLock({ $0.field(for: url, now: Timestamp.now.seconds) }) {
      let others = own["Cookie"] ?? (request.hasLeftItsOrigin ? nil : ownCookies)
      more.append(HTTPFields.Field(name: "Cookie", octets: (others.map { Array("\($0); ".utf8) } ?? []) + kept))
    }
    return more.isEmpty ? request : IdentifiedRequest(request, more)
  }

  /// Keeps the cookies of a response, a redirect's too.
  func remember(_ response: HTTPResponse, of request: Request) {
    guard keepsCookies, let url = request.url else { return }
    let fields = response.fields.all.filter { $0.name.lowercased() == "set-cookie" }.map(\.octets)
    if !fields.isEmpty { jar.withLock { $0.store(fields, from: url, now: Timestamp.now.seconds) } }
  }
}

/// A request with fields that the engine does not know of.
private final class IdentifiedRequest: TransferRequest {
  let request: Request
  let headers: [HTTPFields.Field]

  /// - Parameter more: Fields in place of the request's own of their names.
  init(_ request: Request, _ more: [HTTPFields.Field]) {
    self.request = request
    headers =
      request.headers.filter { field in !more.contains { $0.name.lowercased() == field.name.lowercased() } } + more
  }

  var href: String { request.href }
  var host: String { request.host }
  var transferMethod: String? { request.transferMethod }
  var body: [UInt8]? { request.body }
  var withholdsCredentials: Bool { request.withholdsCredentials }
  var withholdsContentFields: Bool { request.withholdsContentFields }
  var spent: Duration { request.spent }
  var isSentAgain: Bool { request.isSentAgain }
  var keepsPage: Bool { request.keepsPage }
  var contentLimit: Int? { request.contentLimit }
}

extension Request {
  /// The engine's request in what a transfer brings back.
  static func of(_ transferred: any TransferRequest) -> Request? {
    transferred as? Request ?? (transferred as? IdentifiedRequest)?.request
  }
}
