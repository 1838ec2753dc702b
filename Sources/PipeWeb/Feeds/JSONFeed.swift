/// Reads JSON Feed 1.0 and 1.1 (jsonfeed.org).
enum JSONFeed {
  /// `nil` where the document has no items.
  static func read(_ document: JSONValue, base: WebURL?) -> (feed: Feed, entries: [FeedEntry])? {
    guard case .object(let object) = document, case .array(let items)? = object["items"] else { return nil }
    var feed = Feed()
    feed.format = .json
    feed.version = object.text("version")?.split(separator: "/").last.map(String.init) ?? ""
    feed.title = object.text("title")
    feed.link = object.url("home_page_url", base)
    let authors = authors(of: object)
    let entries = items.compactMap { item -> FeedEntry? in
      guard case .object(let item) = item else { return nil }
      return entry(item, base, authors)
    }
    return (feed, entries)
  }

  private static func entry(_ item: JSONObject, _ base: WebURL?, _ inherited: [String]) -> FeedEntry {
    var entry = FeedEntry()
    entry.url = item.url("url", base) ?? item.url("external_url", base)
    entry.id = item.text("id")
    entry.title = item.text("title")
    entry.summary = item.text("summary")
    entry.published = item.text("date_published").flatMap { StatedDate($0) }
    entry.updated = item.text("date_modified").flatMap { StatedDate($0) }
    let own = authors(of: item)
    entry.authors = own.isEmpty ? inherited : own
    if case .array(let tags)? = item["tags"] { entry.categories = tags.compactMap(\.text) }
    if case .array(let attachments)? = item["attachments"] {
      entry.enclosures = attachments.compactMap { attachment in
        guard case .object(let attachment) = attachment, let url = attachment.url("url", base) else { return nil }
        return FeedEnclosure(
          url: url, type: attachment.text("mime_type") ?? "", length: attachment.text("size_in_bytes") ?? "")
      }
    }
    return entry
  }

  /// `authors` of version 1.1, or `author` of 1.0.
  private static func authors(of object: JSONObject) -> [String] {
    var people: [JSONValue] = []
    if case .array(let authors)? = object["authors"] {
      people = authors
    } else if let author = object["author"] {
      people = [author]
    }
    return people.compactMap { person in
      guard case .object(let person) = person else { return person.text }
      return person.text("name") ?? person.text("url")
    }
  }
}

extension JSONValue {
  /// A text that is not empty; identifiers are numbers sometimes.
  fileprivate var text: String? {
    switch self {
    case .string(let text):
      let trimmed = text.utf8.trimmed
      return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
    case .number(let number): return number.text
    default: return nil
    }
  }
}

extension JSONObject {
  fileprivate func text(_ name: String) -> String? { self[name]?.text }

  fileprivate func url(_ name: String, _ base: WebURL?) -> WebURL? {
    guard let text = text(name), let url = WebURL(text, base: base), url.isHTTP else { return nil }
    return url
  }
}
