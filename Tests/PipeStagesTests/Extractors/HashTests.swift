import PipeEngine
import PipeSpec
import PipeStages
import Testing

/// `hash`: digests and the hash of similar texts.
struct HashTests {
  /// FIPS 180-4's and RFC 1321's own examples (NIST's example values; RFC 1321, A.5).
  @Test(arguments: [
    ("hash", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("hash: sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
      "hash: sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("hash: md5", "", "d41d8cd98f00b204e9800998ecf8427e"),
    ("hash: md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
  ])
  func `A digest is that of its standard`(extractor: String, body: String, expected: String) throws {
    #expect(try Field(extractor).value(body, type: "image/png").value == .string(expected))
  }

  @Test(arguments: ["hash", "hash: md5", "hash: simhash"])
  func `A request that failed has no hash`(extractor: String) throws {
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/")
    let failed = Fetched(request: request, response: nil, error: RequestError(.timeout, "no answer within 10s"))
    #expect(try Field(extractor).value(failed).value == .null)
  }

  // MARK: simhash

  private func hash(_ body: String, type: String = "text/html; charset=utf-8") throws -> UInt64? {
    guard case .string(let text) = try Field("hash: simhash").value(body, type: type).value, text.utf8.count == 16
    else { return nil }
    return UInt64(text, radix: 16)
  }

  private func distance(_ page: String, _ other: String) throws -> Int {
    (try #require(try hash(page)) ^ #require(try hash(other))).nonzeroBitCount
  }

  private static let words = (0..<200).map { "word\($0 * 7919 % 1000)" }
  private static let text = words.joined(separator: " ")

  @Test func `Pages that differ little differ in few bits`() throws {
    let edited = Self.text.replacing(Self.words[100], with: "another")
    #expect(try distance(Self.text, "<h1>Menu</h1><p>\(Self.text)") <= 8)
    #expect(try distance(Self.text, edited) <= 8)
  }

  @Test func `White space, punctuation, case and markup do not count`() throws {
    #expect(try distance(Self.text, Self.words.joined(separator: ",</b>\n<b>").uppercased()) == 0)
  }

  @Test func `Pages that differ much differ in many bits`() throws {
    #expect(try distance(Self.text, Self.words.map { $0 + "x" }.joined(separator: " ")) >= 16)
    #expect(try distance(Self.text, Self.words.sorted().joined(separator: " ")) >= 16)
  }

  @Test func `A text without spaces between its words is compared letter by letter`() throws {
    let text = "東京都は日本の首都であり世界でも有数の大都市として知られ政治と経済と文化の中心である"
    #expect(try distance(text, text + "そうだ") <= 12)
    #expect(try distance(text, String(text.reversed())) >= 16)
  }

  /// Computed from the definition by another program: records of different runs can be compared.
  @Test(arguments: [
    ("one two three", "df56be6d3c336eed"), ("one", "fd04f2a8f4aa757f"), ("The Größe of 東京, 2026", "18c0950371858049"),
  ])
  func `The hash of a text never changes`(text: String, expected: String) throws {
    #expect(try Field("hash: simhash").value(text, type: "text/plain; charset=utf-8").value == .string(expected))
  }

  @Test(arguments: [("<p> - — ", "text/html"), ("", "text/html"), ("abc", "image/png")])
  func `What has no words has no simhash`(body: String, type: String) throws {
    #expect(try hash(body, type: type) == nil)
  }
}
