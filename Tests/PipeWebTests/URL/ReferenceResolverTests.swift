import PipeTesting
import PipeWeb
import Testing

/// The resolver copies what it can and parses the rest; its bytes must be the parser's.
struct ReferenceResolverTests {
  private static let bases = [
    "https://example.com/", "http://example.com/a/b/c.html?q#f", "https://user:pw@example.com:8080/a//b/../x/?y",
    "https://example.com/a//b", "http://127.0.0.1/p/0001.html?n=4", "https://[::1]/a/", "http://h/%2e%2e/a;b/c",
    "file:///C:/a/b", "mailto:a@b.example", "about:blank", "ftp://example.com/a/b", "https://example.com/a/b/#",
  ]

  @Test(arguments: [
    ("/p/0297.html", "http://example.com/p/0297.html"), ("0253.html", "http://example.com/a/b/0253.html"),
    ("../p/1.html?from=2", "http://example.com/a/p/1.html?from=2"), ("../../../../x", "http://example.com/x"),
    ("./", "http://example.com/a/b/"), ("../", "http://example.com/a/"), ("..", "http://example.com/a/"),
    (".", "http://example.com/a/b/"), ("?x=1", "http://example.com/a/b/c.html?x=1"),
    ("#top", "http://example.com/a/b/c.html?q#top"), ("", "http://example.com/a/b/c.html?q"),
    (" \n/x ", "http://example.com/x"), ("//other.example/y", "http://other.example/y"),
    ("//other.example", "http://other.example/"), ("https://example.org", "https://example.org/"),
    ("https://example.org?q", "https://example.org/?q"), ("HTTPS://Example.ORG/%7e", "https://example.org/%7e"),
    ("/a/../b", "http://example.com/b"), ("/a/%2E%2e/b", "http://example.com/b"),
    ("/.well-known/x", "http://example.com/.well-known/x"),
    ("/%E6%97%A5", "http://example.com/%E6%97%A5"), ("/caf\u{E9}", "http://example.com/caf%C3%A9"),
    ("a b'c?d'e", "http://example.com/a/b/a%20b'c?d%27e"), ("x\ty", "http://example.com/a/b/xy"),
    ("\\x", "http://example.com/x"), ("http:x", "http://example.com/a/b/x"), ("a/b:c", "http://example.com/a/b/a/b:c"),
    ("1:2", "http://example.com/a/b/1:2"), ("http://example.com:80/", "http://example.com/"),
    ("http://0x7f.1/", "http://127.0.0.1/"),
  ])
  func `A reference leads where the parser says`(reference: String, url: String) {
    #expect(Self.resolved(Array(reference.utf8), base: WebURL("http://example.com/a/b/c.html?q#f")) == url)
  }

  @Test(arguments: [
    "mailto:a@b.example", "javascript:void(0)", "tel:1", "data:,x", "ftp://h/", "http://", "//[", "x-y:z", "file:/a",
  ])
  func `What leads to no http or https URL gives nothing`(reference: String) {
    #expect(Self.resolved(Array(reference.utf8), base: WebURL("http://example.com/")) == nil)
  }

  @Test func `Without a base only absolute references lead anywhere`() {
    #expect(Self.resolved(Array("/x".utf8), base: nil) == nil)
    #expect(Self.resolved([], base: nil) == nil)
    #expect(Self.resolved(Array("https://example.com/x".utf8), base: nil) == "https://example.com/x")
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `The cases of the URL standard's tests resolve as the parser has them`() {
    for expected in URLCase.standard + URLCase.additional {
      for base in [expected.base.flatMap { WebURL($0) }] + Self.bases.map({ WebURL($0) }) {
        expectParsers(Array(expected.input.utf8), base)
      }
    }
  }

  @Test(arguments: [21, 22, 23, 24] as [UInt64])
  func `References made of pieces resolve as the parser has them`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let pieces = [
      "http", "https", ":", "/", "/", "//", ".", "..", "../", "./", "?", "#", "a", "b.html", "example.com", "1", "80",
      ":8080", "%2e", "%2E", "%41", "%", "\\", " ", "\t", "\n", "@", "[", "]", "'", "\"", "<", "`", "{", "|", "^", "~",
      "\u{0}", "\u{7F}", "é", "A", "xn--", "-", "_", "&", "=", ";", "mailto:", "//h", "0x1", "+",
    ]
    var quick = 0
    for _ in 0..<6_000 {
      var reference: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<9, using: &random) {
        reference += Array(pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8)
        if Int.random(in: 0..<20, using: &random) == 0 {
          reference.append(UInt8.random(in: 0...255, using: &random))
        }
      }
      let base = WebURL(Self.bases[Int.random(in: 0..<Self.bases.count, using: &random)])
      if expectParsers(reference, base) { quick += 1 }
    }
    #expect(quick > 1_000)
  }

  /// - Returns: Whether it led anywhere.
  @discardableResult
  private func expectParsers(_ reference: [UInt8], _ base: WebURL?) -> Bool {
    let parsed = try? WebURL(parsing: reference, base: base)
    let expected = parsed?.isHTTP == true ? parsed?.href : nil
    let resolved = Self.resolved(reference, base: base)
    #expect(
      resolved == expected,
      "'\(String(decoding: reference, as: UTF8.self))' against \(base?.href ?? "nothing")")
    return resolved != nil
  }

  private static func resolved(_ reference: [UInt8], base: WebURL?) -> String? {
    ReferenceResolver(base: base).url(of: reference).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `The table of bytes agrees with the sets of the parser`() {
    let base = WebURL("http://h/")
    for byte in UInt8.min...(.max) {
      for reference in [
        [0x2F, 0x61, byte, 0x62], [0x3F, 0x61, byte], [0x23, 0x61, byte], [0x2F, byte], [0x2F, 0x2F, 0x61, byte],
      ] {
        expectParsers(reference, base)
      }
    }
  }
}
