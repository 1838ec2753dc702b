import PipeTesting
import PipeWeb
import Testing

/// The URL cases of web-platform-tests and of ada. `setters_tests.json` does not apply: a `WebURL` is a value
/// without setters.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct URLConformanceTests {
  @Test("The corpus has the cases that these tests expect")
  func corpusIsWhole() {
    #expect(URLCase.standard.count == 446)
    #expect(URLCase.additional.count >= 25)
    #expect(HostCase.toASCII.count == 51)
    #expect(HostCase.idna.count == 1316)
  }

  @Test("A URL has the components that the standard's tests list", arguments: URLCase.standard)
  func standard(_ expected: URLCase) { check(expected) }

  @Test("A URL has the components that ada's tests list", arguments: URLCase.additional)
  func additional(_ expected: URLCase) { check(expected) }

  private func check(_ expected: URLCase) {
    let base = expected.base.flatMap { WebURL($0) }
    if let text = expected.base, base == nil {
      #expect(expected.failure == true, "the base \(text) does not parse")
      return
    }
    let url = WebURL(expected.input, base: base)
    guard expected.failure != true, let url else {
      #expect(url == nil && expected.failure == true)
      return
    }
    #expect(url.href == expected.href)
    #expect(url.scheme + ":" == expected.protocol ?? "")
    #expect(url.username == expected.username ?? "")
    #expect(url.password == expected.password ?? "")
    #expect(url.host == expected.host ?? "")
    #expect(url.hostname == expected.hostname ?? "")
    #expect(url.port.map(String.init) ?? "" == expected.port)
    #expect(url.pathname == expected.pathname ?? "")
    #expect(url.search == expected.search ?? "")
    #expect(url.hash == expected.hash ?? "")
    if let origin = expected.origin { #expect(url.origin == origin) }
  }

  @Test("Bytes parse as the text does", arguments: URLCase.standard)
  func bytes(_ expected: URLCase) {
    let base = expected.base.flatMap { WebURL($0) }
    let bytes = Array(expected.input.utf8)
    #expect((try? WebURL(parsing: bytes, base: base)) == WebURL(expected.input, base: base))
  }

  /// The part of percent-encoding.json that is UTF-8: other encodings of a query belong to documents.
  @Test("A query and a fragment are percent-encoded as UTF-8")
  func percentEncoding() throws {
    struct Case: Decodable {
      var input: String
      var output: [String: String]
    }
    let cases = try Corpus.json("url-wpt/percent-encoding.json", as: [Commented<Case>].self).compactMap(\.value)
    #expect(cases.count == 7)
    for expected in cases {
      let output = try #require(expected.output["utf-8"])
      let url = try #require(WebURL("https://doesnotmatter.invalid/?\(expected.input)#\(expected.input)"))
      #expect(url.search == "?" + output)
      #expect(url.hash == "#" + output)
    }
  }

  @Test("A host becomes ASCII as the standard's tests say", arguments: HostCase.toASCII)
  func toASCII(_ expected: HostCase) { check(expected) }

  @Test("A host becomes ASCII as the tests of UTS 46 say", arguments: HostCase.idna)
  func idna(_ expected: HostCase) { check(expected) }

  private func check(_ expected: HostCase) {
    // As the tests of the standard write the host into a URL.
    let ending: Set<Character> = [":", "/", "?", "#", "\\"]
    let host = expected.input.map { character -> String in
      guard ending.contains(character), let byte = character.asciiValue else { return String(character) }
      return "%" + String(byte, radix: 16, uppercase: true)
    }.joined()
    let url = WebURL("https://\(host)/x")
    // An empty name is no host.
    let output = expected.output == "" ? nil : expected.output
    #expect(url.map { String($0.hostname) } == output)
  }
}
