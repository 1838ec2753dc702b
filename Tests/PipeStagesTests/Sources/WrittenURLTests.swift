import Testing

@testable import PipeStages

@Suite("WrittenURL")
struct WrittenURLTests {
  @Test(
    "what people put around a URL is not part of it",
    arguments: [
      "http://a.example/", "\"http://a.example/\"", "<http://a.example/>", "'http://a.example/'",
      "\u{201C}http://a.example/\u{201D}", "\u{A0}http://a.example/\u{A0}", "\u{200B}http://a.example/\u{FEFF}",
      "  <http://a.example/>\u{3000}", "< http://a.example/ >",
    ])
  func wrappings(text: String) {
    let url = WrittenURL(text)
    #expect(url.fault == nil || text.hasPrefix("< "))
    if !text.hasPrefix("< ") { #expect(url.text == "http://a.example/") }
  }

  @Test(
    "what is part of it stays",
    arguments: ["http://a.example/?q=\"x\"", "http://a.example/a b.pdf", "http://ä.example/ü", "HTTP://A.EXAMPLE/<x>"])
  func kept(text: String) {
    #expect(WrittenURL(text).text == text)
    #expect(WrittenURL(text).fault == nil)
  }

  @Test(
    "text that is not one URL has a fault",
    arguments: [
      ("", "empty"), ("\u{A0}", "empty"), ("http://a/\t1", "tab"), ("http://a/1\rhttp://a/2", "line break"),
      ("http://a/\n1", "line break"), ("http://a/1 HTTPS://a/2", "two URLs"), ("http://a/\01", "NUL"),
      ("http://a/\u{7}1", "U+7"), ("http://a/ # the first", "comment"),
      ("- http://a/", "before"), ("[a](http://a/)", "before"), ("1. https://a/", "before"),
      ("{\"url\":\"http://a/\"}", "before"),
    ])
  func faults(text: String, word: String) {
    #expect(WrittenURL(text).fault?.contains(word) == true, "\(WrittenURL(text).fault ?? "-")")
  }

  @Test(
    "a host without a scheme is understood",
    arguments: [
      ("example.com/3", "https://example.com/3"), ("www.example.com", "https://www.example.com"),
      ("example.com:8080/x", "https://example.com:8080/x"), ("localhost:8080", "https://localhost:8080"),
      ("mailto:someone@example.com", nil), ("nonsense", nil), ("/a.html", nil), ("", nil), ("- a.example", nil),
      ("ftp://a.example/", nil), ("a.example,b", nil), (".5", nil), ("5.", nil),
    ] as [(String, String?)])
  func suggestions(text: String, url: String?) { #expect(WrittenURL.suggestion(for: text) == url) }
}
