import PipeTesting
import PipeWeb
import Testing

/// What holds for every input, tried on the corpus and on random changes of it, the same ones every time.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct URLPropertyTests {
  private static let inputs = (URLCase.standard + URLCase.additional).map { Array($0.input.utf8) }

  @Test("Parsing a serialization gives the same URL, with the same parts")
  func fixedPoint() throws {
    for expected in URLCase.standard + URLCase.additional {
      guard let url = WebURL(expected.input, base: expected.base.flatMap { WebURL($0) }) else { continue }
      try expectFixedPoint(url)
    }
  }

  @Test("Random changes of bytes neither crash the parser nor break the fixed point")
  func mutations() throws {
    var random = RepeatableRandom(seed: 0x9E37)
    let base = WebURL("https://user@example.com:8080/a/b?c#d")
    let fileBase = WebURL("file:///C:/a/b")
    var parsed = 0
    for _ in 0..<12_000 {
      var bytes = Self.inputs[Int.random(in: 0..<Self.inputs.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
      for base in [nil, base, fileBase] {
        guard let url = try? WebURL(parsing: bytes, base: base) else { continue }
        parsed += 1
        try expectFixedPoint(url)
      }
    }
    #expect(parsed > 12_000)
  }

  @Test("Everything resolves against everything without a crash")
  func resolution() throws {
    let bases = URLCase.standard.compactMap { WebURL($0.input) }
    var random = RepeatableRandom(seed: 0x5EED)
    for base in bases {
      for _ in 0..<60 {
        let input = Self.inputs[Int.random(in: 0..<Self.inputs.count, using: &random)]
        if let url = try? WebURL(parsing: input, base: base) { try expectFixedPoint(url) }
      }
    }
  }

  @Test("A path against a base is the same by the short way, and with a line feed in it, by the parser")
  func paths() throws {
    let bases = [
      "https://user:pw@example.com:8080/a/b?c#d", "http://a/", "https://[::1]:99/x", "http://1.2.3.4/?q", "ftp://f/x",
      "file:///C:/a", "x:/opaque/y", "wss://w/",
    ].compactMap { WebURL($0) }
    #expect(bases.count == 8)
    let pieces = [
      "/", "/", "a", "b1", ".", "..", "%2e", "?", "#", "\\", ":", "@", "'", "\"", "é", " ", "%", "&", "~", "|",
    ]
    var random = RepeatableRandom(seed: 0xACE)
    for _ in 0..<Effort.times(4000) {
      let count = Int.random(in: 0...8, using: &random)
      let text = "/" + (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
      for base in bases {
        let (short, long) = (WebURL(text, base: base), WebURL("/\n" + text.dropFirst(), base: base))
        #expect(short == long, "\(text) against \(base)")
        guard let short, let long else { continue }
        #expect(parts(short) == parts(long), "\(text) against \(base)")
        try expectFixedPoint(short)
      }
    }
  }

  @Test("An absolute URL of a list of links parses to a fixed point")
  func links() throws {
    let text = try Corpus.text("url-lists/awesome-readme.md")
    var count = 0
    for part in text.split(whereSeparator: { "()<>\"\n ".contains($0) }) where part.hasPrefix("http") {
      guard let url = WebURL(String(part)) else { continue }
      count += 1
      try expectFixedPoint(url)
    }
    #expect(count > 500)
  }

  @Test("A host name of a list of web sites stays as it is")
  func hosts() throws {
    for host in try Corpus.text("url-lists/protego-top-10000-websites.txt").split(whereSeparator: \.isNewline) {
      let url = try #require(WebURL("https://\(host)/"), "\(host)")
      #expect(url.hostname == host)
      #expect(url.hostKind == .domain)
    }
  }

  private func expectFixedPoint(_ url: WebURL) throws {
    let again = try WebURL(parsing: url.href)
    guard again.href == url.href, parts(again) == parts(url), again.hostKind == url.hostKind else {
      Issue.record("\(url.href) parses as \(again.href), \(parts(url)) as \(parts(again))")
      return
    }
  }

  private func parts(_ url: WebURL) -> [Substring] {
    [
      url.scheme, url.username, url.password, url.host, url.hostname, url.pathname, url.search, url.hash,
      url.hrefWithoutFragment, url.hrefWithoutUserinfo[...], url.redacted[...], url.origin[...],
    ]
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout RepeatableRandom) {
    let marks = Array(":/?#[]@\\.%|-_~ \t\nxX0129aAzZ\u{0}\u{E9}\u{AD}\u{3002}".utf8)
    let place = Int.random(in: 0...bytes.count, using: &random)
    let byte =
      Bool.random(using: &random)
      ? marks[Int.random(in: 0..<marks.count, using: &random)] : UInt8.random(in: 0...255, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes.insert(byte, at: place)
    case 1 where place < bytes.count: bytes[place] = byte
    case _ where place < bytes.count: bytes.remove(at: place)
    default: break
    }
  }
}
