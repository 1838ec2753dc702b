internal import PipeSpec
internal import PipeWeb

/// The `login` of `fetch`.
package struct LoginSettings: Sendable {
  package let plan: LoginPlan
  /// Where its URL was written.
  let span: SourceSpan
}

extension LoginSettings {
  private struct Parts: Sendable {
    let page: Located<WebURL>?
    let url: Located<WebURL>?
    let method: Method?
    let form: [Field]?
    let body: String?
    let success: RegularExpression?
    let signs: [LoginPlan.Sign]
  }

  private struct Field: Sendable {
    let name: String
    let value: String
  }

  private static let page = Key(
    optional: "page", place,
    "The page with the form: the first one that has the fields of `form` is filled in and sent, its hidden fields as they"
      + " are, by its own method, action and encoding, to the page's origin alone.",
    example: "https://example.com/login")
  private static let url = Key(
    optional: "url", place, "Where the login is sent, without a page before it.", example: "https://example.com/session"
  )
  private static let method = Key(
    optional: "method", Method.shape, "The method of the request to `url`; by default POST if it has content, else GET."
  )
  private static let form = Key(
    optional: "form", fields,
    "Names and values of the form's fields; sent to `url`, application/x-www-form-urlencoded. They are shown nowhere.",
    example: "{user: ada, password: \"${secret:env:PASSWORD}\"}")
  private static let body = Key(
    optional: "body", Shape.credential("the content of a login"),
    "The content that is sent to `url`; JSON is sent as application/json. It is shown nowhere.",
    example: "'{\"token\": \"${secret:env:TOKEN}\"}'")
  private static let success = Key(
    optional: "success", Shape<RegularExpression>.regex,
    "What the content of the last answer has to match. Without it, a login has failed if its answer has the form again, has"
      + " a status of 400 or above, or if no cookie was set.", example: "/Sign out/")
  private static let loggedOut = Key(
    "logged_out", sign.list(orOne: true), default: LoginPlan.usualSigns, shown: "[401, redirect]",
    "What tells that the session has ended, on pages of the login's site: statuses, and `redirect` for one to where the"
      + " login is. The run logs in again then, once for all requests under way, and makes them again. [] for never.",
    example: "[401, 403, redirect]")

  static let shape = Shape<LoginSettings>(
    .oneOf([
      .map(keys: [page.key.required, form.key.required, success.key, loggedOut.key], main: nil),
      .map(keys: [url.key.required, method.key, body.key.required, success.key, loggedOut.key], main: nil),
      .map(keys: [url.key.required, method.key, form.key, success.key, loggedOut.key], main: nil),
    ])
  ) { node, context in map.shape.decode(node, &context) }

  private static let map = MapShape(page, url, method, form, body, success, loggedOut, make: Parts.init)
    .checked { (parts, map, context) -> LoginSettings? in
      guard
        map.hasOneWay(
          of: ["page", "url"], for: "a login begins", missing: "does not say where the login is",
          hint: "name the page with the form, for example page: https://example.com/login", &context)
      else { return nil }
      func conflict(_ key: String, _ words: String, with other: String) {
        context.report(
          .conflict, at: map.entry(key)?.key.span ?? map.span, "\(context.place).\(key) \(words)",
          hint: "remove one of them",
          notes: map.entry(other).map { [Diagnostic.Note("\(other) is here", at: $0.key.span)] } ?? [])
      }
      if let page = parts.page {
        for key in ["method", "body"] where map.entry(key) != nil {
          conflict(key, "is of a login by url: the form of a page says how it is sent", with: "page")
          return nil
        }
        guard let form = parts.form else {
          context.report(
            .missingKey, at: SourceSpan(map.span.start, map.span.start),
            "\(context.place) needs 'form' beside 'page': the fields that are filled in",
            hint: "for example: form: {user: ada, password: \"${secret:env:PASSWORD}\"}")
          return nil
        }
        return LoginSettings(parts, .form(page: page.value, fields: form.map { ($0.name, $0.value) }), page.span)
      }
      guard let url = parts.url else { return nil }
      if parts.form != nil, parts.body != nil {
        conflict("body", "and form are both there: a request has one content", with: "form")
        return nil
      }
      let content =
        parts.form.map { URLText.form($0.map { (Array($0.name.utf8), Array($0.value.utf8)) }) }
        ?? parts.body.map { Array($0.utf8) }
      let method = parts.method ?? (content == nil ? .get : .post)
      return LoginSettings(
        parts,
        .request(
          url.value, method, content: content,
          contentType: parts.form == nil ? nil : "application/x-www-form-urlencoded"), url.span)
    }

  private init(_ parts: Parts, _ way: LoginPlan.Way, _ span: SourceSpan) {
    plan = LoginPlan(way, success: parts.success, signs: parts.signs)
    self.span = span
  }

  private static let place = Shape<WebURL>.scalar(.text(name: "a URL", examples: ["https://example.com/login"])) {
    text throws(ScalarFault) in
    switch WebURL.forFetching(text.text) {
    case .success(let url):
      if url.hasUserinfo {
        throw ScalarFault(.badValue, "has a user", hint: "write it under form, or under fetch.auth for Basic")
      }
      return url
    case .failure(let error):
      throw ScalarFault(.badURL, "is not a URL: \(error.message)", hint: "write it as https://example.com/login")
    }
  }.map { url, node, context in
    if url.scheme == "http", !url.isOnThisMachine {
      context.report(
        .insecure, on: node, "the login is sent unencrypted: anybody on the network path can read it",
        hint: "write https:// where the server speaks it")
    }
    return Located(url, at: node.span)
  }

  private static let field = ShapeDescription.text(name: "a field's value", examples: ["${secret:env:NAME}"])

  private static let fields = Shape<[Field]>(.dictionary(of: field, minimum: 1)) { node, context in
    guard case .mapping(let entries) = node.content else {
      context.report(
        .wrongType, on: node, "\(context.place) must be a map of names to values, not \(node.kindName)",
        hint: "for example: {user: ada, password: \"${secret:env:PASSWORD}\"}")
      return nil
    }
    if entries.isEmpty {
      context.report(.outOfRange, on: node, "\(context.place) needs at least 1 name")
      return nil
    }
    var fields: [Field] = []
    for entry in entries {
      guard let name = entry.key.text, !name.isEmpty else {
        context.report(.wrongType, on: entry.key, "the name of a field must be a text, not \(entry.key.kindName)")
        continue
      }
      let value = context.within(name) { context -> String? in
        if isSecret(name) { return Shape.credential("a password").decode(entry.value, &context) }
        return Shape.text("a field's value").decode(entry.value, &context)
      }
      if let value { fields.append(Field(name: name, value: value)) }
    }
    return fields.count == entries.count ? fields : nil
  }

  /// Whether a field is most likely one that nobody is to read in the spec.
  private static func isSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["pass", "pwd", "secret", "token", "otp"].contains { name.contains($0) } || name == "pin" || name == "code"
  }

  private static let sign = Shape<LoginPlan.Sign>.scalar(
    .oneOf([.integer(200...599), .choice([("redirect", "a redirect to where the login is")])])
  ) { text throws(ScalarFault) in
    if text.text == "redirect" { return .redirect }
    guard case .int(let status) = text.value else {
      throw ScalarFault(
        .badValue, "cannot be \(text.shown)",
        hint: nearestName(to: text.text, among: ["redirect"]).map { "did you mean '\($0)'?" }
          ?? "write a status such as 401, or redirect")
    }
    guard 200...599 ~= status else {
      throw ScalarFault(.outOfRange, "cannot be \(text.shown)", hint: "write a status from 200 to 599")
    }
    return .status(Int(status))
  }
}

extension FetchSettings {
  /// Reports what keeps a login from being of use.
  func checkLogin(_ report: (Diagnostic) -> Void) {
    guard let login, let origin = Optional(login.plan.url.originKey) else { return }
    if let cookies = statedCookies, cookies.value == .none {
      report(
        Diagnostic(
          .conflict, at: cookies.span, "cookies: none drops what a login sets, so no page would know of it",
          hint: "remove it: with a login, cookies are kept for the run",
          notes: [Diagnostic.Note("the login is here", at: login.span)]))
    }
    for credential in credentials where credential.origin.originKey == origin && credential.scheme == "bearer" {
      report(
        Diagnostic(
          .conflict, at: credential.span, "\(origin) has a token already, and a login says who asks as well",
          hint: "remove one of them", notes: [Diagnostic.Note("the login is here", at: login.span)]))
    }
  }
}
