import NIOCore
import NIOHTTP1
import Synchronization

/// Pages for members, behind a form with a token that is another one each time it is shown.
enum MemberRoutes {
  static let all: [Route] = [
    Route(
      "/login",
      "a form with a hidden token that is good for one time; ada and `s3cret pass` begin a session, which ends after so"
        + " many pages", query: "uses=&next=", login),
    Route("/members", "the pages for members, 20 of them; who is not logged in is sent to the form", list),
    Route(
      "/members/{number}", "a page for members alone; with refuse=401, all others get this status", query: "refuse=401",
      example: "/members/1", member),
  ]

  private static func login(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    guard request.method == .POST else { return try form(request, site) }
    let fields = request.form
    func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    let isShown = site.membership.withLock { $0.takes(field("csrf"), of: request.cookie("visitor") ?? "") }
    guard isShown else { throw Refusal("the form is too old, or not the one that you saw", status: .forbidden) }
    guard field("user") == Membership.user, field("password") == Membership.password else {
      return try form(request, site, "The name or the password is wrong.")
    }
    let session = name()
    let uses = Int(field("uses"))
    site.membership.withLock { $0.begin(session, uses: uses) }
    var answer = Answer.redirect(
      to: field("next").hasPrefix("/members") ? field("next") : "/members", status: .seeOther)
    answer.add("Set-Cookie", "session=\(session); Path=/members; HttpOnly; SameSite=Lax")
    return answer
  }

  private static func form(
    _ request: SiteRequest, _ site: Site, _ message: String = ""
  ) throws(Refusal) -> Answer {
    let (visitor, token) = (name(), name())
    site.membership.withLock { $0.showForm(to: visitor, token: token) }
    let uses = try request.number("uses", in: 0...1_000_000, or: 0)
    return .page(
      title: "Login",
      body: """
        <form action="/search"><input name="q"><button>Search</button></form>
        <p>\(message)</p>
        <form id="login" action="/login" method="post">
        <input type="hidden" name="csrf" value="\(token)">
        <input type="hidden" name="uses" value="\(uses > 0 ? "\(uses)" : "")">
        <input type="hidden" name="next" value="\(HTMLText.escape(request.parameter("next") ?? ""))">
        <label>Name <input name="user"></label>
        <label>Password <input name="password" type="password"></label>
        <label><input type="checkbox" name="remember"> Stay logged in</label>
        <button name="do" value="login">Log in</button>
        </form>
        """, headers: [("Set-Cookie", "visitor=\(visitor); Path=/login; HttpOnly")])
  }

  private static func list(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    if let answer = outside(request, site) { return answer }
    let links = (1...20).map { "<li><a href=\"/members/\($0)\">Member \($0)</a></li>" }.joined(separator: "\n")
    return .page(title: "Members", body: "<ul>\n\(links)\n</ul>")
  }

  private static func member(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let number = try request.number(at: 0, in: 1...100_000)
    if let answer = outside(request, site) { return answer }
    return .page(title: "Member \(number)", body: "<p class=\"joined\">\(1900 + number % 100)</p>")
  }

  /// The answer to who is not logged in.
  private static func outside(_ request: SiteRequest, _ site: Site) -> Answer? {
    if let session = request.cookie("session"), site.membership.withLock({ $0.admits(session) }) { return nil }
    if request.parameter("refuse") == "401" {
      return .page(title: StatusRoutes.title(401), status: .unauthorized)
    }
    return .redirect(to: "/login?next=\(request.path.map { "/" + $0 }.joined())")
  }

  private static func name() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}

extension Answer {
  fileprivate mutating func add(_ name: String, _ value: String) {
    guard case .http(let status, var headers, let length) = framing else { return }
    headers.add(name: name, value: value)
    framing = .http(status: status, headers: headers, length: length)
  }
}

extension SiteRequest {
  /// The fields of a form that was sent, decoded.
  fileprivate var form: [(name: String, value: String)] {
    String(buffer: body).split(separator: "&").map { pair in
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        PercentEncoding.decode(halves[0], plusIsSpace: true),
        halves.count > 1 ? PercentEncoding.decode(halves[1], plusIsSpace: true) : ""
      )
    }
  }

  fileprivate func cookie(_ name: String) -> String? {
    headers["Cookie"].flatMap { $0.split(separator: ";") }.lazy.compactMap { pair in
      let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return halves.first.map(String.init) == name && halves.count > 1 ? String(halves[1]) : nil
    }.first
  }
}
