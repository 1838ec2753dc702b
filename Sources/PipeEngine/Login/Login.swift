internal import PipeSpec
internal import PipeWeb

/// One login: what is sent, and whether it made a session.
struct Login {
  private let plan: LoginPlan

  init(_ plan: LoginPlan) { self.plan = plan }

  /// Logs in.
  ///
  /// - Parameter hasCookie: Whether the answers have set a cookie.
  /// - Returns: Where the form was, if it was one.
  /// - Throws: `RunError` if there is no session then; `CancellationError` if the run stops.
  func perform(by own: OwnRequests, hasCookie: () -> Bool) async throws -> WebURL? {
    switch plan.way {
    case .request(let url, let method, let content, let type):
      let headers = type.map { [HTTPFields.Field(name: "Content-Type", value: $0)] } ?? []
      let answer = try await own.send(method, url, for: .login, content: content, headers: headers)
      try check(page(answer), hasCookie: hasCookie())
      return nil
    case .form(let url, let fields):
      let asked = page(try await own.send(.get, url, for: .login, content: nil, headers: []))
      try checkAnswer(asked, to: "the page with the form")
      let place = asked.request.url ?? url
      let form = try form(of: asked, fields)
      var headers = [
        HTTPFields.Field(name: "Origin", value: place.origin),
        HTTPFields.Field(name: "Referer", value: String(place.hrefWithoutFragment)),
      ]
      if let type = form.contentType { headers.append(HTTPFields.Field(name: "Content-Type", value: type)) }
      let answer = page(
        try await own.send(
          form.method == .get ? .get : .post, form.url, for: .credentials, content: form.content, headers: headers))
      try check(answer, hasCookie: hasCookie())
      if plan.success == nil, answer.isHTML, forms(of: answer).contains(where: { $0.has(fields.map(\.name)) }) {
        throw failure("the answer has the form again", hint: "the user or the password may be wrong")
      }
      return place
    }
  }

  private func page(_ fetched: Fetched) -> Page {
    Page(fetched, needs: PageNeeds(content: .dom, facts: [.base]), memory: 64 << 20)
  }

  private func forms(of page: Page) -> [PageForm] {
    page.document.map { PageForm.all(in: $0, encoding: page.encoding) } ?? []
  }

  /// The form as it is sent. It goes to the origin of the page that the spec names, or to the same host by https.
  private func form(of page: Page, _ fields: [(name: String, value: String)]) throws(RunError) -> FilledForm {
    let (place, names) = (page.request.url ?? plan.url, fields.map(\.name))
    if !isTrusted(place) {
      throw failure(
        "the page redirects to \(place.originKey), another origin", hint: "write that page's URL as fetch.login.page")
    }
    let forms = forms(of: page)
    guard let form = forms.first(where: { $0.has(names) }) else {
      let others = forms.prefix(3).map { "'\(excerpt($0.names.prefix(8).joined(separator: "', '")))'" }
      throw failure(
        "the page has no form with the field\(names.count == 1 ? "" : "s") '\(names.joined(separator: "', '"))'",
        hint: others.isEmpty
          ? page.isHTML ? "it has no form at all: it may be made by a script" : "it is not HTML"
          : "its forms have \(others.joined(separator: "; ")).".withoutControls)
    }
    let filled: FilledForm
    do throws(WebURL.Failure) {
      filled = try form.filled(
        with: fields, base: page.baseURL ?? place, page: place, boundary: "pipe-\(UInt64.random(in: 0 ... .max))")
    } catch {
      throw failure("the form's action is not a URL: \(error.message)")
    }
    guard filled.url.isHTTP, filled.url.originKey == place.originKey || isTrusted(filled.url) else {
      throw failure(
        "the form is sent to \(filled.url.originKey), another origin than that of its page",
        hint: "if this is right, name where it is sent by fetch.login.url and the fields by form")
    }
    return filled
  }

  /// Whether a URL is of the origin that the spec names, or the same host's by https.
  private func isTrusted(_ url: WebURL) -> Bool {
    url.originKey == plan.url.originKey || url.scheme == "https" && url.hostname == plan.url.hostname
  }

  private func check(_ page: Page, hasCookie: Bool) throws(RunError) {
    try checkAnswer(page, to: "the login")
    if let success = plan.success {
      if success.firstMatch(in: page.text).found == nil {
        throw failure("the answer to the login does not match /\(success.pattern)/ (fetch.login.success)")
      }
    } else if !hasCookie {
      throw failure("no cookie was set, so that no page would know of it")
    }
  }

  private func checkAnswer(_ page: Page, to what: String) throws(RunError) {
    guard let response = page.response else {
      throw failure("\(what) could not be had: \(page.fetched.error?.description ?? "there was no answer")")
    }
    if response.status >= 400 { throw failure("\(what) has the status \(response.status)") }
  }

  private func failure(_ reason: String, hint: String? = nil) -> RunError {
    RunError("login at \(plan.url.redacted)", masked(reason), hint: hint)
  }

  /// A text without what nobody is to see: a URL that redirected may have had a field of the form in its query.
  private func masked(_ text: String) -> String {
    guard case .form(_, let fields) = plan.way else { return text }
    return fields.reduce(text.withoutUserinfo) { text, field in
      var encoded: [UInt8] = []
      URLText.append(form: field.value, to: &encoded)
      return [field.value, String(decoding: encoded, as: UTF8.self)].reduce(text) { text, secret in
        secret.utf8.count < 4
          ? text : text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: Secrets.mask)
      }
    }
  }
}
