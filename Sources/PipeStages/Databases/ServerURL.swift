import PipeEngine
import PipeSpec
import PipeWeb

/// Where a database server is, and who logs in there: `postgres://user:password@db.example:5432/shop?sslmode=require`.
struct ServerURL: Hashable, Sendable {
  /// What the URLs of one kind of server are.
  struct Form: Sendable {
    /// The first one is the one that messages show.
    let schemes: [String]
    let defaultPort: Int
    /// What may stand behind `?`, besides `host`, the folder of a Unix socket.
    let parameters: Set<String>
    /// Whether `/name` behind the host is needed: the database.
    let needsDatabase: Bool
    let example: String
  }

  var scheme = ""
  var user: String?
  var password: String?
  /// A name, an address without brackets, or the folder of a Unix socket, which begins with `/`; empty for the client's own
  /// choice.
  var host = ""
  var port = 0
  var database: String?
  var parameters: [String: String] = [:]
  /// Which server and database it is, whoever logs in: `postgres://localhost:5432/shop`.
  var place = ""
  /// What may be shown of it: `postgres://localhost:5432/shop`, or what is left of that without what came as a secret.
  var shown = ""

  /// The folder of a Unix socket.
  var isSocket: Bool { host.hasPrefix("/") || host.isEmpty }

  /// Whether the server is on this machine, so that nobody can listen.
  var isLocal: Bool {
    if isSocket || host.lowercased() == "localhost" { return true }
    return host == "::1" || host.hasPrefix("127.") && host.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
  }

  /// A text without the password, whoever has brought it there.
  func withoutPassword(_ text: String) -> String {
    guard let password, !password.isEmpty else { return text }
    return text.replacing(password, with: Secrets.mask)
  }
}

extension ServerURL {
  /// The URL under a key, and `password`.
  static func map(_ form: Form, _ name: String, key: String = "url") -> MapShape<Located<ServerURL>> {
    MapShape(
      Key(
        key, shape(form, name),
        "Where the server is, the database, and who logs in. A password may be in it, percent-encoded, if it comes as a secret: "
          + "`${secret:env:DATABASE_URL}`. The server may be at any address: `fetch.allow_private` is about pages.",
        example: form.example),
      Key(
        optional: "password", Shape.credential("a password"), "The password, if it is not in the URL.",
        example: "${secret:env:DATABASE_PASSWORD}"),
      make: { ($0, $1) }
    ).checked { parts, map, context -> Located<ServerURL>? in
      var (url, password): (Located<ServerURL>, String?) = parts
      guard let password else { return url }
      if url.value.password != nil {
        context.report(
          .conflict, at: map.entry("password")?.key.span ?? map.span, "the URL has a password already",
          hint: "give it in one place", notes: [Diagnostic.Note("there", at: url.span)])
        return nil
      }
      url.value.password = password
      return url
    }
  }

  private static func shape(_ form: Form, _ name: String) -> Shape<Located<ServerURL>> {
    Shape<ResolvedText>.scalar(.text(name: name, pattern: "://", examples: [form.example])) {
      text throws(ScalarFault) in text
    }.map { text, node, context -> Located<ServerURL>? in
      // A URL that is a secret as a whole is read once more with `***` in its place.
      if text.text == Secrets.mask { return Located(ServerURL(shown: Secrets.mask), at: node.span) }
      do throws(ScalarFault) {
        var url = try ServerURL(text.text, form)
        if let masked = text.masked { url.shown = (try? ServerURL(masked, form))?.shown ?? Secrets.mask }
        if !(url.password ?? "").isEmpty { context.protect(text) }
        return Located(url, at: node.span)
      } catch {
        // What cannot be read may hold a password all the same.
        context.mask(node)
        context.report(error.code, on: node, "\(context.place) \(error.message)", hint: error.hint)
        return nil
      }
    }
  }

  private init(_ text: String, _ form: Form) throws(ScalarFault) {
    let example = "write it as \(form.example)"
    guard let mark = text.firstRange(of: "://") else { throw ScalarFault(.badURL, "has no scheme", hint: example) }
    scheme = text[..<mark.lowerBound].lowercased()
    guard form.schemes.contains(scheme) else {
      throw ScalarFault(.badURL, "cannot be of the scheme '\(excerpt(scheme))'", hint: example)
    }
    scheme = form.schemes.first ?? scheme
    var rest = text[mark.upperBound...]
    if rest.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == " " }) {
      throw ScalarFault(
        .badURL, "holds a blank or a control character", hint: "percent-encode it, or write the password as password")
    }
    if rest.contains("#") {
      throw ScalarFault(.badURL, "has a # in it", hint: "write %23 for one in a password, or the password as password")
    }
    let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] }
    rest = rest.prefix { $0 != "?" }
    let path = rest.firstIndex(of: "/").map { rest[rest.index(after: $0)...] }
    try readAuthority(rest.prefix { $0 != "/" }, form)
    if let path, !path.isEmpty {
      if path.contains("/") { throw ScalarFault(.badURL, "has more behind the host than one database", hint: example) }
      database = try Self.decoded(path)
    }
    if form.needsDatabase, database == nil { throw ScalarFault(.badURL, "names no database", hint: example) }
    for pair in query?.split(separator: "&") ?? [] {
      let name = String(pair.prefix { $0 != "=" })
      let value = try Self.decoded(pair.dropFirst(name.count).dropFirst())
      if name == "host", value.hasPrefix("/"), host.isEmpty {
        host = value
      } else if name == "password" {
        throw ScalarFault(.badURL, "has a password behind ?", hint: "write it in front of the host, or as password")
      } else if form.parameters.contains(name) {
        parameters[name] = value
      } else {
        throw ScalarFault(
          .badURL, "has an unknown parameter '\(excerpt(name))'",
          hint: "there are \((form.parameters.sorted() + ["host=/folder/of/the/socket"]).joined(separator: ", "))")
      }
    }
    let authority = isSocket ? "" : (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    place = "\(scheme)://\(authority)/\(database ?? "")"
    if isSocket, !host.isEmpty { place += "?host=\(host)" + (port == form.defaultPort ? "" : "&port=\(port)") }
    shown = place
  }

  private mutating func readAuthority(_ authority: Substring, _ form: Form) throws(ScalarFault) {
    var place = authority
    if let at = authority.lastIndex(of: "@") {
      let userinfo = authority[..<at]
      place = authority[authority.index(after: at)...]
      user = try Self.decoded(userinfo.prefix { $0 != ":" })
      if user == "" { user = nil }
      if let colon = userinfo.firstIndex(of: ":") {
        password = try Self.decoded(userinfo[userinfo.index(after: colon)...])
      }
    }
    var digits: Substring?
    if place.hasPrefix("[") {
      guard let end = place.firstIndex(of: "]") else { throw ScalarFault(.badURL, "has an address without its ]") }
      host = String(place[..<end].dropFirst())
      let behind = place[place.index(after: end)...]
      if behind.hasPrefix(":") {
        digits = behind.dropFirst()
      } else if !behind.isEmpty {
        throw ScalarFault(.badURL, "has something behind the address in brackets")
      }
    } else {
      if place.contains(",") {
        throw ScalarFault(.badURL, "names more than one host", hint: "name the one that takes writes")
      }
      host = try Self.decoded(place.prefix { $0 != ":" })
      digits = place.firstIndex(of: ":").map { place[place.index(after: $0)...] }
    }
    port = form.defaultPort
    guard let digits, !digits.isEmpty else { return }
    guard let number = Int(digits), 1...65535 ~= number, digits.allSatisfy(\.isASCII) else {
      throw ScalarFault(
        .badURL, "has a port that is not a number from 1 to 65535",
        hint: "if a password holds : / or @, percent-encode them, or write it as password")
    }
    port = number
  }

  private static func decoded(_ text: Substring) throws(ScalarFault) -> String {
    guard let decoded = String(validating: PercentEncoding.decode(Array(text.utf8).span), as: UTF8.self),
      !decoded.unicodeScalars.contains("\0")
    else {
      throw ScalarFault(.badURL, "has %XX in it that is not UTF-8, or U+0000")
    }
    return decoded
  }
}
