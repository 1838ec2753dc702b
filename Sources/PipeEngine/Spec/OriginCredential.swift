internal import PipeSpec
package import PipeWeb

/// An entry of `auth`: a credential, and the one origin that it is sent to.
package struct OriginCredential: Sendable {
  package let origin: WebURL
  /// How it is sent, for a plan: `basic` or `bearer`.
  package let scheme: String
  /// The value of the Authorization field.
  package let authorization: String
  /// Where its origin was written.
  let span: SourceSpan
}

extension OriginCredential {
  private struct User: Sendable {
    let name: String
    let password: String
  }

  private struct Parts: Sendable {
    let origin: Located<WebURL>
    let user: User?
    let token: String?
  }

  private static let map = MapShape<Parts>(
    Key(
      "origin", originShape, "Where the credential is sent, and nowhere else: scheme, host and port.",
      example: "https://api.example.com"),
    Key(
      optional: "basic", user.shape, "A user and a password (RFC 7617).",
      example: "{username: me, password: \"${secret:env:PASSWORD}\"}"),
    Key(optional: "bearer", token, "A token (RFC 6750).", example: "${secret:env:TOKEN}"),
    make: Parts.init
  ).checked { (parts, map, context) -> OriginCredential? in
    switch (parts.user, parts.token) {
    case (let user?, nil):
      let authorization = Authorization.basic(user: user.name, password: user.password)
      return OriginCredential(
        origin: parts.origin.value, scheme: "basic", authorization: authorization, span: parts.origin.span)
    case (nil, let token?):
      return OriginCredential(
        origin: parts.origin.value, scheme: "bearer", authorization: Authorization.bearer(token),
        span: parts.origin.span)
    case (nil, nil):
      context.report(
        .missingKey, at: SourceSpan(map.span.start, map.span.start), "\(context.place) needs 'basic' or 'bearer'",
        hint: "for example: bearer: ${secret:env:TOKEN}")
    case (_?, _?):
      let first = map.entry("basic").map { [Diagnostic.Note("the other one is here", at: $0.key.span)] } ?? []
      context.report(
        .conflict, at: map.entry("bearer")?.key.span ?? map.span, "\(context.place) has both 'basic' and 'bearer'",
        hint: "a request has one Authorization field", notes: first)
    }
    return nil
  }

  /// One, or a list of them with different origins.
  static let list = map.shape.list(orOne: true).map { (credentials, _, context) -> [OriginCredential]? in
    var seen: [WebURL.OriginKey: OriginCredential] = [:]
    for credential in credentials {
      guard let first = seen.updateValue(credential, forKey: credential.origin.originKey) else { continue }
      context.report(
        .conflict, at: credential.span, "two credentials for \(credential.origin.originKey)",
        hint: "a request has one Authorization field", notes: [Diagnostic.Note("the other one is here", at: first.span)]
      )
      return nil
    }
    return credentials
  }

  private static let user = MapShape<User>(
    Key("username", userName, "The user; it holds no colon.", example: "me"),
    Key("password", Shape.credential("a password"), "The password.", example: "${secret:env:PASSWORD}"),
    make: { (name: String, password: String) in User(name: name, password: password) })

  private static let userName = Shape<String>.scalar(.text(name: "a user's name", examples: ["me"])) {
    text throws(ScalarFault) in
    if text.text.contains(":") {
      throw ScalarFault(.badValue, "cannot hold a colon, which ends it (RFC 7617, 2)")
    }
    return text.text
  }

  private static let token = Shape.credential("a token").map { (token, node, context) -> String? in
    if !token.isEmpty, token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) { return token }
    context.report(
      .badValue, on: node,
      token.isEmpty ? "\(context.place) is empty" : "\(context.place) holds what no token has: a space, or no ASCII",
      hint: "write the token alone, without 'Bearer'")
    return nil
  }

  private static let originShape = Shape<WebURL>.scalar(.text(name: "an origin", examples: ["https://api.example.com"]))
  {
    text throws(ScalarFault) in
    let url: WebURL
    do throws(WebURL.Failure) {
      url = try WebURL(parsing: text.text)
    } catch {
      throw ScalarFault(.badURL, "is not a URL: \(error.message)", hint: "write it as https://api.example.com")
    }
    guard url.isHTTP else { throw ScalarFault(.badURL, "must be of http or https, not \(url.scheme)") }
    guard url.href == "\(url.origin)/" else {
      throw ScalarFault(.badValue, "is more than scheme, host and port", hint: "write \(url.origin)")
    }
    return url
  }.map { origin, node, context in
    if origin.scheme == "http", !origin.isOnThisMachine {
      context.report(
        .insecure, on: node,
        "a credential for \(origin.origin) is sent unencrypted: anybody on the network path can read it",
        hint: "write https:// where the server speaks it")
    }
    return Located(origin, at: node.span)
  }
}
