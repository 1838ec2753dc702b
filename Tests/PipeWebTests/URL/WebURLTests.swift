import PipeTesting
import PipeWeb
import Testing

struct WebURLTests {
  @Test("The parts of a URL are told apart")
  func parts() throws {
    let url = try #require(WebURL("HTTPS://us%65r:p:w@Example.com:8443/a/../b?c=d#e"))
    #expect(url.href == "https://us%65r:p%3Aw@example.com:8443/b?c=d#e")
    #expect(url.scheme == "https")
    #expect(url.isHTTP)
    #expect(url.username == "us%65r")
    #expect(url.password == "p%3Aw")
    #expect(url.host == "example.com:8443")
    #expect(url.hostname == "example.com")
    #expect(url.port == 8443)
    #expect(url.effectivePort == 8443)
    #expect(url.pathname == "/b")
    #expect(url.search == "?c=d")
    #expect(url.hash == "#e")
    #expect(url.length == url.href.utf8.count)
    #expect(url.hrefWithoutFragment == "https://us%65r:p%3Aw@example.com:8443/b?c=d")
    #expect(url.hrefWithoutUserinfo == "https://example.com:8443/b?c=d#e")
  }

  @Test("A URL in a message does not tell its password")
  func redaction() throws {
    let url = try #require(WebURL("http://user:secret@h/p?q#f"))
    #expect(url.redacted == "http://***@h/p?q#f")
    #expect("\(url)" == url.redacted)
    #expect(String(reflecting: url) == url.redacted)
    #expect(WebURL("http://user@h/")?.redacted == "http://***@h/")
    #expect(WebURL("http://h/")?.redacted == "http://h/")
    #expect(WebURL("mailto:a@b")?.redacted == "mailto:a@b")
  }

  @Test(
    "A host is of one kind",
    arguments: [
      ("http://example.com/", .domain), ("http://0x7f.1/", .address(IPAddress(ipv4: 0x7F00_0001))),
      ("http://[::1]:80/", .address(.v6(1))), ("file:///x", .empty), ("mailto:a", .none), ("foo://bar/", .opaque),
      ("foo://[::2]/", .address(.v6(2))), ("foo:///", .empty), ("foo:/bar", .none), ("foo://1.2.3.4/", .opaque),
    ] as [(String, WebURL.HostKind)])
  func hostKind(_ text: String, _ expected: WebURL.HostKind) throws {
    #expect(try #require(WebURL(text)).hostKind == expected)
  }

  @Test(
    "Why a text is not a URL is told",
    arguments: [
      ("/path", .relativeWithoutBase), ("", .relativeWithoutBase), ("http://", .emptyHost), ("http://:80/", .emptyHost),
      ("http://u@/", .emptyHost), ("foo://:80/", .emptyHost), ("http://\u{AD}/", .emptyHost),
      ("http://h:x/", .badPort), ("http://h:65536/", .badPort), ("http://h:99999999999999999999999/", .badPort),
      ("http://a b/", .forbiddenInHost(" ")), ("http://a%00b/", .forbiddenInHost("\0")),
      ("http://a|b/", .forbiddenInHost("|")), ("http://1.2.3.4.5/", .notIPv4), ("http://256.0.0.1/", .notIPv4),
      ("http://[::1/", .unclosedBracket), ("http://[::g]/", .notIPv6), ("http://xn--a.ß/", .notADomain),
    ] as [(String, WebURL.Failure)])
  func failures(_ text: String, _ expected: WebURL.Failure) {
    #expect(throws: expected) { try WebURL(parsing: text) }
    #expect(throws: expected) { try WebURL(parsing: Array(text.utf8)) }
  }

  @Test("A relative URL needs a base with a hierarchical path")
  func opaqueBase() throws {
    let base = try #require(WebURL("mailto:a@b"))
    #expect(throws: WebURL.Failure.relativeToOpaquePath) { try WebURL(parsing: "x", base: base) }
    #expect(WebURL("#f", base: base)?.href == "mailto:a@b#f")
  }

  @Test("A failure reads as a person would say it")
  func messages() {
    #expect(WebURL.Failure.badPort.message == "the port is not a number from 0 to 65535")
    #expect(WebURL.Failure.forbiddenInHost(" ").message == "the host holds a space, which is not allowed there")
    #expect(WebURL.Failure.forbiddenInHost("<").message == "the host holds '<', which is not allowed there")
    #expect(WebURL.Failure.forbiddenInHost("\n").message == "the host holds U+000A, which is not allowed there")
  }

  @Test("URLs of one origin have one key, whatever else they hold")
  func originKey() throws {
    let key = try #require(WebURL("https://example.com/a")).originKey
    for same in ["https://EXAMPLE.com:443/b?c", "https://u:p@example.com/", "https:\\\\example.com"] {
      #expect(try #require(WebURL(same)).originKey == key)
    }
    for other in ["http://example.com/a", "https://example.com:444/a", "https://www.example.com/a"] {
      #expect(try #require(WebURL(other)).originKey != key)
    }
    #expect(key.detached == key)
    #expect(key.description == "https://example.com")
  }

  @Test("Bytes that are not UTF-8 stand for the replacement character")
  func illFormed() throws {
    let url = try WebURL(parsing: Array("http://h/".utf8) + [0xFF, 0x61])
    #expect(url.href == "http://h/%EF%BF%BDa")
  }

  @Test("What is too long is refused, as input and as serialization")
  func length() {
    let limit = WebURL.maximumLength
    let prefix = "http://h/"
    #expect(WebURL(prefix + String(repeating: "a", count: limit - prefix.utf8.count)) != nil)
    #expect(throws: WebURL.Failure.tooLong) {
      try WebURL(parsing: prefix + String(repeating: "a", count: limit - prefix.utf8.count + 1))
    }
    #expect(throws: WebURL.Failure.tooLong) { try WebURL(parsing: prefix + String(repeating: "\"", count: limit / 2)) }
    #expect(throws: WebURL.Failure.hostTooLong) {
      try WebURL(parsing: "http://" + String(repeating: "é", count: limit / 2 - 10) + "/")
    }
  }

  @Test(
    "A long input of one kind takes time in proportion to its length",
    arguments: ["/", "../", "@", ":", ".", "%2e/", "[", "\\", "a.", "?", "#", "\t", "0."])
  func noQuadraticTime(_ piece: String) {
    let start = Effort.processorSeconds
    let repeated = String(repeating: piece, count: Effort.times(1 << 15) / piece.utf8.count)
    for prefix in ["http://", "http://h/", "foo:", "foo://h/", "foo:/", "file:///", ""] {
      _ = WebURL(prefix + repeated, base: WebURL("http://h/a/b/c"))
    }
    // With quadratic time these would take a minute.
    #expect(Effort.processorSeconds - start < Double(Effort.times(5)))
  }

  @Test(
    "A name that libidn2 alone refuses is taken where UTS 46 takes it",
    arguments: [
      ("i❤.ws", "xn--i-7iq.ws"), ("-ü-.example", "xn-----xka.example"), ("www.Straße.de", "www.xn--strae-oqa.de"),
      ("☃。net", "xn--n3h.net"), ("Ａ.ｃｏｍ", "a.com"), ("１２７.0.0.1", "127.0.0.1"),
      ("نامه\u{200C}ای.com", "xn--mgba3gch31f060k.com"),
    ])
  func internationalizedNames(_ host: String, _ expected: String) {
    #expect(WebURL("http://\(host)/")?.hostname == expected[...])
  }
}
