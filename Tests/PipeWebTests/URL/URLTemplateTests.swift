import PipeTesting
import PipeText
import Testing

@testable import PipeWeb

@Suite("URLTemplate")
struct URLTemplateTests {
  /// A template of a text in which `{}` is a plain hole and `{+}` a raw one.
  private static func template(_ text: String) throws -> URLTemplate {
    var pieces: [URLTemplate.Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      let close = try #require(rest.firstIndex(of: "}"))
      pieces.append(.hole(isRaw: rest[rest.index(after: open)..<close] == "+"))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    return try URLTemplate(pieces)
  }

  private static func filled(_ text: String, _ values: [String]) throws -> String {
    try template(text).filled(with: values)
  }

  @Test(
    "a hole's place follows from what stands before it",
    arguments: [
      ("https://h/{}", [URLTemplate.Place.path]), ("https://h/a{}/b?q={}#{}", [.path, .query, .fragment]),
      ("https://h?q={}", [.query]), ("https://h#{}", [.fragment]), ("https://h/?a#b?{}", [.fragment]),
      ("https://{}.h/", [.host]), ("https://{}/x", [.authority]), ("https://{}", [.authority]),
      ("https://{}:{}/", [.host, .port]), ("https://h:{}/", [.port]), ("https://u:p@{}/", [.authority]),
      ("https://h{+}", [.behindHost]), ("https://{}{+}", [.authority, .behindHost]), ("{+}", [.start]),
      ("{+}?q={}", [.start, .query]), ("{+}/{}", [.start, .path]), ("https://h/{+}?q={+}#{+}", [.raw, .raw, .raw]),
      ("HTTP://h/{}", [.path]), ("https://h\\{}", [.path]), ("https://h/", []),
    ])
  func placing(text: String, places: [URLTemplate.Place]) throws {
    #expect(try Self.template(text).places == places)
  }

  @Test(
    "a text that makes no URL, whatever the values are, is refused",
    arguments: [
      ("{}", URLTemplate.Fault.Reason.plainStart, Int?(0)), ("{}://h/", .plainStart, 0), ("/search?q={}", .scheme, nil),
      ("h/{}", .scheme, nil), ("ftp://h/{}", .scheme, nil), ("http{}://h/", .scheme, nil), ("", .scheme, nil),
      ("javascript:{}", .scheme, nil), ("https://{+}/", .rawHost, 0), ("https://{+}.h/", .rawHost, 0),
      ("https://u{}@h/", .user, 0), ("https://u:{}@h/", .user, 0),
      ("https:///{}", .unusable("no host stands behind the scheme"), nil),
      ("https://\\{}", .unusable("no host stands behind the scheme"), nil),
    ])
  func faults(text: String, reason: URLTemplate.Fault.Reason, hole: Int?) throws {
    let fault = #expect(throws: URLTemplate.Fault.self) { try Self.template(text) }
    #expect(fault == URLTemplate.Fault(reason: reason, hole: hole))
  }

  @Test(
    "a host that cannot be looked up is refused",
    arguments: [
      "https://a b/{}", "https://h:x/{}", "https://[{}]/", "https://h/.\t{}", "https://h/a/%2{}/b", "https://h/%{}",
    ])
  func unusable(text: String) throws {
    let fault = #expect(throws: URLTemplate.Fault.self) { try Self.template(text) }
    let isUnusable = if case .unusable? = fault?.reason { true } else { false }
    #expect(isUnusable, "\(String(describing: fault))")
  }

  /// Values that would like to leave their place.
  private static let hostileValues = [
    "a/b", "a?b", "a#b", "a&b=c", "a=b", "a+b", "a b", "100%", "%2F", "%2e%2e", "a\\b", "\"<>`{}|^", "ü", "日本",
    "é\u{301}",
    "\u{0}", "a\r\nHost: evil", "\t", "//evil.example", "@evil.example", "https://evil.example/", "a;b,c:d", "'", "😀",
    "~",
    ".a", "…", "\u{FF0F}", "\u{FF0E}\u{FF0E}", "javascript:alert(1)", "\u{FEFF}", "\u{202E}", ":8080", "?", "#", "&",
    "=",
  ]

  @Test("a hostile value stays in its place and comes back as it was", arguments: hostileValues)
  func hostile(value: String) throws {
    let text = "https://h.example/a/{}/z?q={}&n=1#{}"
    let url = try #require(WebURL(Self.filled(text, [value, value, value])))
    #expect(url.host == "h.example" && url.scheme == "https" && !url.hasUserinfo)
    #expect(url.pathname.hasPrefix("/a/") && url.pathname.hasSuffix("/z"))
    #expect(url.pathname.split(separator: "/", omittingEmptySubsequences: false).count == 4)
    #expect(url.search.hasSuffix("&n=1") && url.search.split(separator: "&").count == 2)
    let (path, query) = (url.pathname.dropFirst(3).dropLast(2), url.search.dropFirst(3).dropLast(4))
    #expect(Self.decoded(path).elementsEqual(value.utf8))
    #expect(Self.decoded(query).elementsEqual(value.utf8))
    #expect(Self.decoded(url.hash.dropFirst()).elementsEqual(value.utf8))
    // A query is read as a form: a plus would be a space there.
    #expect(!query.contains("+"))
  }

  private static func decoded(_ text: some StringProtocol) -> [UInt8] {
    PercentEncoding.decode(Array(text.utf8).span)
  }

  @Test(
    "a value that no encoding keeps in its place is refused, and says of which hole",
    arguments: [
      ("https://h/{}/x", [""], 0, "is empty, which leaves a hole in the path"),
      ("https://h/{}/x", [".."], 0, "would lead out of its folder"),
      ("https://h/x/{}", ["."], 0, "would lead out of its folder"),
      ("https://h/x/{}?q", [".."], 0, "would lead out of its folder"),
      ("https://h/a/{}{}/b", [".", "."], 1, "would lead out of its folder"),
      ("https://h/a/.{}/b", ["."], 0, "would lead out of its folder"),
      ("https://h/a/%2E{}/b", ["."], 0, "would lead out of its folder"),
      ("https://h\\a\\{}\\b", [".."], 0, "would lead out of its folder"),
      ("https://{}/", [""], 0, "is empty"), ("https://{}.h/", [""], 0, "is empty"),
      ("https://{}/", ["a/b"], 0, "is not a host"), ("https://{}/", ["a@b"], 0, "is not a host"),
      ("https://{}/", ["a?b"], 0, "is not a host"), ("https://{}/", ["a:x"], 0, "is not a host"),
      ("https://{}/", ["a b"], 0, "is not a host"), ("https://{}/", ["a\\b"], 0, "is not a host"),
      ("https://{}/", ["%61"], 0, "is not a host"), ("https://{}/", ["a\u{FF0F}b"], 0, "is not a host"),
      ("https://{}.h/", ["evil.example/"], 0, "cannot be a part of a host's name"),
      ("https://{}.h/", ["evil.example:80"], 0, "cannot be a part of a host's name"),
      ("https://{}.h/", ["evil.example#"], 0, "cannot be a part of a host's name"),
      ("https://{}.h/", ["u@evil.example"], 0, "cannot be a part of a host's name"),
      ("https://h:{}/", [""], 0, "is not the number of a port"), ("https://h:{}/", ["8x"], 0, "is not the number"),
      ("https://h:{}/", ["80/x"], 0, "is not the number of a port"),
      ("https://h{+}", [".evil.example/"], 0, "must begin with '/', '?' or '#'"),
      ("https://h{+}x", [""], 0, "is empty, and what stands behind it would be a part of the host"),
      (
        "https://h{+}{+}", ["", ".evil.example/"], 0, "is empty, and what stands behind it would be a part of the host"
      ),
      ("https://h{+}{}/", ["", "evil"], 0, "is empty, and what stands behind it would be a part of the host"),
      ("https://h{+}", ["@evil.example/"], 0, "must begin with"), ("https://h{+}", [":99/"], 0, "must begin with"),
      ("https://h{+}", ["\\@evil.example/"], 0, "must begin with"), ("https://h{+}", ["\t/"], 0, "must begin with"),
      ("{+}&n={}", ["https://h", ".evil.example"], 0, "ends within its host"),
      ("{+}{}", ["https://h", ".evil.example"], 0, "ends within its host"),
      ("{+}:{}/", ["https://h", "99"], 0, "ends within its host"),
      ("{+}@h/", ["https://u"], 0, "ends within its host"),
    ])
  func refusals(text: String, values: [String], hole: Int, reason: String) throws {
    let refusal = #expect(throws: URLTemplate.Refusal.self) { try Self.filled(text, values) }
    #expect(refusal?.hole == hole)
    #expect(refusal?.reason.hasPrefix(reason) == true, "\(refusal?.reason ?? "")")
  }

  @Test(
    "what is filled in reads as expected",
    arguments: [
      ("https://h/search?q={}", ["Zürich West"], "https://h/search?q=Z%C3%BCrich%20West"),
      ("https://h/{}", ["a.b-c_d~e"], "https://h/a.b-c_d~e"), ("https://h/{}", ["..."], "https://h/..."),
      ("https://h/{}-{}", [".", "."], "https://h/.-."), ("https://h/?q={}", [""], "https://h/?q="),
      ("https://h/#{}", [""], "https://h/#"), ("https://h/?q={}", [".."], "https://h/?q=.."),
      ("https://h/{+}", ["a/b?c=d&e#f"], "https://h/a/b?c=d&e#f"),
      ("https://h/{+}", ["a b%20c%zz"], "https://h/a%20b%20c%25zz"),
      ("https://h/{+}", ["../x"], "https://h/../x"), ("https://h/{+}", ["ü\\|"], "https://h/%C3%BC%5C%7C"),
      ("https://h/{+}", ["//evil.example"], "https://h///evil.example"), ("https://h{+}", ["/a?b"], "https://h/a?b"),
      ("https://h{+}", ["?b"], "https://h?b"), ("https://h{+}", [""], "https://h"),
      ("https://h{+}", ["//evil.example/"], "https://h//evil.example/"),
      ("https://{}.h/", ["de"], "https://de.h/"), ("https://{}.h/", ["münchen"], "https://münchen.h/"),
      ("https://{}/", ["localhost:8080"], "https://localhost:8080/"),
      ("https://{}/", ["[::1]:8080"], "https://[::1]:8080/"),
      ("https://h:{}/", ["8080"], "https://h:8080/"),
      ("{+}", ["http://h/a?b#c"], "http://h/a?b#c"), ("{+}?page={}", ["http://h/a", "2"], "http://h/a?page=2"),
      ("{+}&page={}", ["http://h/a?b", "2&x"], "http://h/a?b&page=2%26x"),
      ("{+}/{}", ["http://h", "a/b"], "http://h/a%2Fb"),
    ])
  func filling(text: String, values: [String], url: String) throws {
    #expect(try Self.filled(text, values) == url)
  }

  @Test("the origin is told if no value tells it")
  func origins() throws {
    #expect(try Self.template("HTTPS://H.example:443/{}").origin?.description == "https://h.example")
    #expect(try Self.template("http://h:8080{+}").origin?.description == "http://h:8080")
    for text in ["https://{}/", "https://{}.h/", "https://h:{}/", "{+}", "{+}/x"] {
      #expect(try Self.template(text).origin == nil, "\(text)")
    }
  }

  @Test("whatever the values are, the URL has its template's origin and gives them back", arguments: Effort.seeds(20))
  func property(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let alphabet = Array("ab.%/?#&=+ \\@:;,ü日\u{0}\n\t\"'<>[]{}|^`~-_2eE\u{301}😀".unicodeScalars)
    func value() -> String {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
      }
      return String(text)
    }
    let fixed = try Self.template("https://h.example:8443/a/{}.{}/z?q={}&{}=x#{}")
    let shop = try Self.template("https://{}.h.example/{+}")
    let rest = try Self.template("https://h.example{+}")
    for _ in 0..<200 {
      let values = (0..<5).map { _ in value() }
      if let text = try? fixed.filled(with: values) {
        let url = try #require(WebURL(text), "\(text)")
        #expect(url.originKey == fixed.origin)
        let segments = url.pathname.split(separator: "/", omittingEmptySubsequences: false)
        #expect(segments.count == 4, "\(text)")
        #expect(Self.decoded(segments[2]).elementsEqual((values[0] + "." + values[1]).utf8))
        let parameters = url.search.dropFirst().split(separator: "&", omittingEmptySubsequences: false)
        #expect(parameters.count == 2, "\(text)")
        #expect(Self.decoded(parameters[0]).elementsEqual(("q=" + values[2]).utf8))
        #expect(Self.decoded(parameters[1]).elementsEqual((values[3] + "=x").utf8))
        #expect(Self.decoded(url.hash.dropFirst()).elementsEqual(values[4].utf8))
      } else {
        // Only these cannot stand in a path.
        #expect(values[0].isEmpty || values[1].isEmpty || values[0] + values[1] == "..", "\(values)")
      }
      if let text = try? shop.filled(with: [values[0], values[1]]), let url = WebURL(text) {
        #expect(url.hostname.hasSuffix(".h.example") && !url.hasUserinfo && url.port == nil, "\(text)")
      }
      if let text = try? rest.filled(with: [values[0]]) { #expect(WebURL(text)?.originKey == rest.origin, "\(text)") }
    }
  }
}
