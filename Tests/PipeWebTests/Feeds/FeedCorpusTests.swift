import PipeTesting
import Testing

@testable import PipeWeb

/// The expectations of feedparser's tests, as far as they are about what is read here.
struct FeedCorpusTests {
  private struct Case {
    let file: String
    let type: String?
    let base: String
    let expected: [(path: String, value: JSONValue)]
  }

  private static func cases() throws -> [Case] {
    let text = try Corpus.bytes("feeds/expectations.json")
    guard case .array(let cases) = try JSONValue(parsing: text.span) else { return [] }
    return cases.compactMap { value in
      guard case .object(let object) = value, case .string(let file)? = object["file"] else { return nil }
      var headers: [String: String] = [:]
      if case .object(let fields)? = object["headers"] {
        for member in fields.members {
          if case .string(let text) = member.value { headers[member.name.lowercased()] = text }
        }
      }
      var expected: [(String, JSONValue)] = []
      if case .object(let values)? = object["expect"] { expected = values.members.map { ($0.name, $0.value) } }
      return Case(
        file: file, type: headers["content-type"],
        base: headers["content-location"] ?? "http://127.0.0.1:8097/\(file)", expected: expected)
    }
  }

  /// What a path of the expectations is here; `nil` for what is not read.
  private static func value(_ path: String, of read: ReadFeed) -> JSONValue?? {
    let parts = path.split(whereSeparator: { ".[]".contains($0) }).map(String.init)
    func text(_ text: String?) -> JSONValue?? { .some(text.map { .string($0) }) }
    func date(_ date: StatedDate?) -> JSONValue?? {
      guard let moment = date?.span?.lowerBound.description else { return .some(nil) }
      let numbers = moment.split(whereSeparator: { "-T:Z".contains($0) }).compactMap { Int64($0) }
      return .some(.array(numbers.map { .number(JSONNumber($0)) }))
    }
    if parts.first == "feed", parts.count == 2 {
      switch parts[1] {
      case "title": return text(read.feed.title)
      case "link": return text(read.feed.link?.href)
      default: return nil
      }
    }
    guard parts.first == "entries", parts.count >= 3, let number = Int(parts[1]) else { return nil }
    let entry = number < read.entries.count ? read.entries[number] : FeedEntry()
    func element<Element>(_ list: [Element]) -> Element? {
      let index = parts.count > 3 ? Int(parts[3]) ?? 0 : 0
      return index < list.count ? list[index] : nil
    }
    switch parts[2...].filter({ Int($0) == nil }).joined(separator: ".") {
    case "title": return text(entry.title)
    case "link": return text(entry.url?.href)
    case "id": return text(entry.id)
    case "summary", "description": return text(entry.summary)
    case "author", "author_detail.name", "authors.name": return text(element(entry.authors))
    case "category", "tags.term": return text(element(entry.categories))
    case "enclosures.href": return text(element(entry.enclosures)?.url.href)
    case "enclosures.type": return text(element(entry.enclosures)?.type)
    case "enclosures.length": return text(element(entry.enclosures)?.length)
    case "published_parsed": return date(entry.published)
    case "updated_parsed": return date(entry.changed)
    case "created_parsed": return date(entry.published)
    default: return nil
    }
  }

  private static func isSame(_ value: JSONValue?, _ expected: JSONValue) -> Bool {
    // Of a date, what comes behind the seconds follows from the rest.
    if case .array(let numbers)? = value, case .array(let all) = expected { return numbers[...] == all.prefix(6) }
    return value == expected
  }

  /// Where feedparser reads otherwise, and why.
  private static let others: [String: String] = {
    var others: [String: String] = [:]
    func add(_ reason: String, _ files: String...) { for file in files { others[file] = reason } }
    add(
      "HTML in a value stays as it is written: nothing is rewritten, resolved or cleaned",
      "encoding/demoronize-3.xml", "wellformed/base/http_entry_title_base_docuri.xml",
      "wellformed/base/http_entry_title_inline_base_docuri.xml", "wellformed/base/http_feed_title_base_docuri.xml",
      "wellformed/base/http_feed_title_inline_base_docuri.xml",
      "wellformed/base/http_item_description_base_content_location.xml",
      "wellformed/base/http_item_description_spaces.xml",
      "wellformed/namespace/rss2.0svg.xml", "wellformed/namespace/rss2.0svg5.xml",
      "wellformed/rss/item_description_br.xml", "wellformed/rss/item_description_not_a_doctype.xml")
    add(
      "base64 of Atom 0.3 is not decoded", "wellformed/atom/entry_summary_base64.xml",
      "wellformed/atom/feed_title_base64.xml", "wellformed/atom10/entry_title_base64.xml",
      "wellformed/atom10/feed_title_base64.xml", "wellformed/base/http_feed_title_base64_base_content_location.xml")
    add(
      "an author is the name, or what an RSS feed has written",
      "wellformed/atom/entry_author_map_author.xml", "wellformed/rss/item_author_map_author_detail_name2.xml",
      "wellformed/rss/item_author_map_author_detail_name3.xml")
    add("the first of several values counts", "wellformed/atom/entry_updated_multiple_values.xml")
    add("an id is compared as it is written (RFC 4287, 4.2.6.1)", "wellformed/base/http_entry_id_base_docuri.xml")
    add(
      "Channel Definition Format is not read", "wellformed/cdf/item_abstract_map_description.xml")
    add("content is not the summary", "wellformed/namespace/atomsvg.xml", "wellformed/namespace/atomxlink.xml")
    add(
      "extensions have no summary or category here", "wellformed/media-rss/media_group.xml",
      "wellformed/itunes/itunes_item_category_nested.xml")
    add("a host has no upper case (URL Standard)", "wellformed/rss/item_image_link_conflict.xml")
    add("a byte that is not UTF-8 is windows-1252 by itself", "encoding/bozo_linenoise.xml")
    return others
  }()

  /// Where another encoding is found, and why.
  private static let otherEncodings: [String: String] = {
    var others: [String: String] = [:]
    func add(_ reason: String, _ files: String...) { for file in files { others[file] = reason } }
    add(
      "text/xml without a charset says nothing of the encoding (RFC 7303, 3.2; it was ASCII in RFC 3023)",
      "encoding/http_text_atom_xml_default.xml", "encoding/http_text_rss_xml_default.xml",
      "encoding/http_text_xml_bogus_param.xml", "encoding/http_text_xml_default.xml",
      "encoding/http_text_xml_epe_default.xml", "encoding/http_text_xml_qs.xml")
    add(
      "a quote does not begin behind white space, and an apostrophe is not a quote (MIME Sniffing 4.4)",
      "encoding/http_application_atom_xml_gb2312_charset.xml", "encoding/http_application_xml_charset.xml",
      "encoding/http_text_atom_xml_charset.xml", "encoding/http_text_rss_xml_charset.xml",
      "encoding/http_text_xml_charset.xml")
    add("the Encoding Standard has no UTF-32", "encoding/utf-32be-autodetect.xml", "encoding/utf_32.xml")
    add(
      "an encoding that nothing declares is not guessed at", "illformed/chardet/eucjp.xml",
      "illformed/chardet/windows1255.xml")
    return others
  }()

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `Feeds of feedparser's tests are read as there`() throws {
    var (same, different) = (0, Set<String>())
    for test in try Self.cases() {
      let read = ReadFeed(try Corpus.bytes("feeds/" + test.file), url: test.base, type: test.type)
      for (path, expected) in test.expected {
        guard let value = Self.value(path, of: read) else { continue }
        if Self.isSame(value, expected) {
          same += 1
        } else {
          different.insert(test.file)
          #expect(
            Self.others[test.file] != nil, "\(test.file) \(path): \(String(describing: value)) and not \(expected)")
        }
      }
    }
    #expect(different == Set(Self.others.keys))
    #expect(same == 95)
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `Their encodings are found as there`() throws {
    var read = 0
    for test in try Self.cases() {
      guard case .string(let expected)? = test.expected.first(where: { $0.path == "encoding" })?.value else { continue }
      var decoder = DocumentDecoder(mediaType: test.type.flatMap { MediaType(header: $0) })
      var text: [UInt8] = []
      try Corpus.bytes("feeds/" + test.file).withUnsafeBufferPointer { decoder.decode($0, into: &text) }
      decoder.finish(into: &text)
      let wanted = CharacterEncoding(label: expected)
      let isSame = decoder.encoding == wanted
      #expect(isSame == (Self.otherEncodings[test.file] == nil), "\(test.file): \(decoder.encoding?.name ?? "none")")
      read += 1
    }
    #expect(read == 38)
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `Every feed in any pieces is the same`() throws {
    var random = RepeatableRandom(seed: 5)
    for test in try Self.cases() {
      let bytes = try Corpus.bytes("feeds/" + test.file)
      let whole = ReadFeed(bytes, type: test.type)
      #expect(ReadFeed(bytes, type: test.type, pieces: { _ in 1 }) == whole, "\(test.file)")
      let cut = ReadFeed(bytes, type: test.type, pieces: { _ in Int.random(in: 1...100, using: &random) })
      #expect(cut == whole, "\(test.file)")
    }
  }
}
