/// A URL of the quickstart that is not a plain page: a redirect, an error, an address where nobody answers.
struct SpecialCase {
  /// What is found there.
  enum Outcome {
    /// After redirects, page N.
    case page(Int)
    /// A small page with this title.
    case small(status: Int, title: String, length: Int)
    /// No answer, or half of one: the error code of `pipe`.
    case failure(code: String)
    /// A page whose body broke off after so many bytes.
    case cut(title: String, length: Int)
  }

  let url: String
  let path: String?
  let outcome: Outcome

  static func all(_ origin: Origin, refusedPort: Int) -> [SpecialCase] {
    let refused = Origin(host: origin.host, port: refusedPort)
    func here(_ path: String, _ outcome: Outcome) -> SpecialCase {
      SpecialCase(url: origin.description + path, path: path, outcome: outcome)
    }
    func status(_ code: Int) -> SpecialCase {
      let title = StatusRoutes.title(code)
      return here("/status/\(code)", .small(status: code, title: title, length: StatusRoutes.html(code).utf8.count))
    }
    let slow = SlowRoutes.waited("2")
    return [
      here("/redirect/1", .page(1)),
      here("/redirect/3?form=absolute", .page(1)),
      here("/redirect-to?url=%2Fpage%2F2&status=301", .page(2)),
      here("/redirect-loop", .failure(code: "redirects")),
      status(404), status(410), status(500),
      SpecialCase(url: "\(refused)/", path: nil, outcome: .failure(code: "connect")),
      SpecialCase(url: "http://no-such-host.invalid/", path: nil, outcome: .failure(code: "dns")),
      here("/broken/close-before-head", .failure(code: "connection")),
      here(
        "/broken/close-in-body",
        .cut(title: BrokenBodyRoutes.title, length: BrokenBodyRoutes.html.utf8.count)),
      here(
        "/delay/2", .small(status: 200, title: slow, length: HTMLText.page(title: slow).utf8.count)),
    ]
  }

  /// The line of `/expected.jsonl`. A member that is not there is not foretold.
  func expectation(_ pages: PageStore, _ origin: Origin) -> JSON {
    var members: [(String, JSON)] = [("url", .string(url)), ("path", .optional(path))]
    switch outcome {
    case .page(let number):
      // A site of one page has no page 2 to redirect to.
      let page = pages.page(number)
      members += [
        ("final_path", .string("/page/\(number)")), ("status", .number(page == nil ? 404 : 200)), ("error", .null),
      ]
      if let page { members += QuickstartRoutes.members(page.facts, origin) }
    case .small(let status, let title, let length):
      members += [
        ("final_path", .optional(path)), ("status", .number(status)), ("error", .null),
        ("title", .string(title)), ("length", .number(length)),
      ]
    case .failure(let code):
      members += [("status", .null), ("error", .string(code))]
    case .cut(let title, let length):
      members += [
        ("final_path", .optional(path)), ("status", .number(200)), ("error", .string("body")),
        ("title", .string(title)), ("length", .number(length)),
      ]
    }
    return .object(members)
  }
}
