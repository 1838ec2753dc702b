import PipeTesting
import PipeWeb
import Testing

@Suite("Real pages in many encodings", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct RealPagesTests {
  private struct Page: Decodable {
    let file: String
    let whatwg: String?
    let xml_declared: String?
    let meta_declared: String?
    let utf8_sha256: String?
    let python_agrees: Bool?

    var isDeclared: Bool { xml_declared != nil || meta_declared != nil }
  }

  private static func pages() throws -> [Page] {
    try Corpus.json("charset-chardet/index.json", as: [Page].self).filter { $0.python_agrees == true }
  }

  @Test("Each page decodes to the text that two other decoders agree on")
  func decoding() throws {
    let pages = try Self.pages()
    #expect(pages.count > 50)
    for page in pages {
      let encoding = try #require(page.whatwg.flatMap { CharacterEncoding(label: $0) })
      let bytes = try Corpus.bytes("charset-chardet/" + page.file)
      let text = CharacterDecoder(encoding).decodeToUTF8(bytes.span)
      #expect(TextDigest.hexadecimal(text) == page.utf8_sha256, "\(page.file)")
    }
  }

  /// Declared pages that the sniffer does not get right: `MacCyrillic` is no label of the standard (WHATWG Encoding
  /// 4.2), and the XML declaration has no other.
  private static let unknownLabel: Set = [
    "MacCyrillic/aif.ru.health.xml", "MacCyrillic/aug32.hole.ru.xml", "MacCyrillic/forum.template-toolkit.ru.6.xml",
    "MacCyrillic/intertat.ru.xml", "MacCyrillic/kapranoff.ru.xml", "MacCyrillic/koi.kinder.ru.xml",
    "MacCyrillic/susu.ac.ru.xml",
  ]

  /// Whether the sniffer finds the encoding of a page that came without a header's charset.
  private static func isSniffed(_ page: Page) throws -> Bool {
    let bytes = try Corpus.bytes("charset-chardet/" + page.file)
    // One HTML page bears the name of an XML file.
    let isXML = page.file.hasSuffix(".xml") && page.meta_declared == nil
    let mediaType = MediaType(isXML ? "application/xml" : "text/html")
    let (encoding, _) = EncodingSniffer.sniff(prefix: bytes.span, mediaType: mediaType)
    return encoding == page.whatwg.flatMap { CharacterEncoding(label: $0) }
  }

  @Test("The sniffer finds what a page declares")
  func declared() throws {
    let pages = try Self.pages().filter(\.isDeclared)
    #expect(pages.count > 50)
    for page in pages {
      #expect(try Self.isSniffed(page) == !Self.unknownLabel.contains(page.file), "\(page.file)")
    }
  }

  @Test("Without a declaration UTF-8, ASCII and windows-1252 are told")
  func undeclared() throws {
    // The standard leaves guessing at the others to the reader's language, and so do we.
    let right = try Self.pages().filter { !$0.isDeclared }.filter(Self.isSniffed)
    #expect(right.count >= 7)
  }
}
