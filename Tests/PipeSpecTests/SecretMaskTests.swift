import Testing

@testable import PipeSpec

struct SecretMaskTests {
  /// The mask of a spec with one scalar, in which `A` is a secret.
  private static func mask(_ scalar: String, _ secret: String) throws -> SecretMask {
    let file = SourceFile(name: "s.yaml", text: "\"\(scalar)\"")
    let root = try #require(Document(reading: file).root)
    var context = DecodingContext(file: file, variables: Variables(environment: ["A": secret]))
    _ = Shape<String>.string.decode(root, &context)
    #expect(context.diagnostics.isEmpty)
    return SecretMask(context.variables.secrets)
  }

  @Test(arguments: [
    ("http://h.example/k3y-of-mine/x", "http://h.example/***/x"),
    ("http://k3y-of-mine.example/", "http://***.example/"),
    ("http://h.example/?a=k3y-of-mine&b=1", "http://h.example/?a=***&b=1"),
    ("/a/xk3y-of-minex", "/a/x***x"), ("/K3Y-OF-MINE", "/K3Y-OF-MINE"), ("no key", "no key"), ("", ""),
    ("/k3y%2Dof%2dmine", "/***"), ("/k3y%2Dof%2", "/k3y%2Dof%2"),
    ("azN5LW9mLW1pbmU=", "***U="), ("bWU6azN5LW9mLW1pbmU=", "bWU6***U="),
  ])
  func `A long secret is found anywhere in a value`(text: String, shown: String) throws {
    #expect(try Self.mask("${secret:env:A}", "k3y-of-mine").value(text) == shown)
  }

  @Test(arguments: [
    ("https://example.com/page?key=e", "https://example.com/page?key=***"), ("e", "***"), ("/e/ee/e", "/***/ee/***"),
    ("/%65/", "/***/"), ("the value", "the value"), ("3 e", "3 ***"),
  ])
  func `A short one is found where it fills a place`(text: String, shown: String) throws {
    #expect(try Self.mask("${secret:env:A}", "e").value(text) == shown)
  }

  @Test func `A place is known by the text around the secret, too`() throws {
    let mask = try Self.mask("http://h.example/api-${secret:env:A}/x?v=${secret:env:A}2", "e")
    #expect(mask.value("http://o.example/api-e/y?v=e2&w=e&z=ee") == "http://o.example/api-***/y?v=***2&w=***&z=ee")
  }

  @Test(arguments: ["", ":", "/", "?", "://"])
  func `What is no more than a sign of URLs is left`(secret: String) throws {
    let mask = try Self.mask("${secret:env:A}", secret)
    #expect(mask.value("http://h.example/?a=b") == "http://h.example/?a=b")
    #expect(mask.words("pipe: complete: status 404") == "pipe: complete: status 404")
  }

  @Test(arguments: ["status", "e", "complete", "404", "no", "answer"])
  func `A sentence is not searched for a word`(secret: String) throws {
    let mask = try Self.mask("${secret:env:A}", secret)
    let text = "timeout: no answer within 10s, complete with status 404"
    #expect(mask.words(text) == text)
    #expect(
      mask.words("more than 3 redirects, the last to http://h.example/\(secret)").hasSuffix("http://h.example/***"))
  }

  @Test func `What cannot be a word is found in a sentence, too`() throws {
    let mask = try Self.mask("${secret:env:A}", "k3y-of-mine")
    #expect(mask.words("out-k3y-of-mine.csv: is full") == "out-***.csv: is full")
  }

  @Test(arguments: ["token", "longSecretToken", "e3", "4711"])
  func `What a sentence quotes is a value`(secret: String) throws {
    let mask = try Self.mask("${secret:env:A}", secret)
    #expect(mask.words("n: 'X-Key\": '\(secret)'}' is not a number") == "n: 'X-Key\": '***'}' is not a number")
    #expect(mask.words("'\(secret)' is not one of the map's") == "'***' is not one of the map's")
  }

  @Test func `An apostrophe is no quote`() throws {
    let mask = try Self.mask("${secret:env:A}", "s")
    let text = "the page's links, and the run's rows and its sinks' files"
    #expect(mask.words(text) == text)
    #expect(mask.words("'a' s 'b' s, 's's' s 'c'") == "'a' s 'b' s, '***'***' s 'c'")
    #expect(mask.words("the page's 's' and 'a' are the run's") == "the page's '***' and 'a' are the run's")
  }

  @Test func `A name of several words in one is none of a sentence's`() throws {
    let mask = try Self.mask("${secret:env:A}", "longSecretToken")
    #expect(mask.words("it said longSecretToken twice") == "it said *** twice")
  }

  @Test func `A plus sign that a form has read as a space is one`() throws {
    let mask = try Self.mask("${secret:env:A}", "S3crKt-9+kLong")
    #expect(mask.value("http://h.example/?t=S3crKt-9%20kLong") == "http://h.example/?t=***")
  }

  @Test(arguments: ["a/b c", "ä\"<>", "100%25", "a+b&c=d", "x?y#z"])
  func `A secret is found however a URL writes it`(secret: String) throws {
    let mask = try Self.mask("${secret:env:A}", secret)
    let hex = secret.utf8.map { byte in
      let digits = Array("0123456789abcdef".utf8)
      return "%" + String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
    }.joined()
    #expect(mask.value("http://h.example/?k=\(hex)&b") == "http://h.example/?k=***&b")
    #expect(mask.value("http://h.example/?k=\(secret)&b") == "http://h.example/?k=***&b")
  }
}
