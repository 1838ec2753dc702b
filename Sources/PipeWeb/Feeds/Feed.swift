/// What a feed is written in.
package enum FeedFormat: String, Hashable, Sendable, CaseIterable {
  /// RSS 0.91 to 2.0.
  case rss
  /// RSS 0.9 and 1.0, in RDF.
  case rdf
  /// Atom 0.3 and 1.0.
  case atom
  /// JSON Feed 1.
  case json
}

/// What a feed says of itself.
package struct Feed: Equatable, Sendable {
  package internal(set) var format: FeedFormat?
  /// As written; empty where it is not.
  package internal(set) var version = ""
  package internal(set) var title: String?
  /// The site that the feed is of.
  package internal(set) var link: WebURL?

  package init() {}
}

/// An item of RSS or JSON Feed, or an entry of Atom.
package struct FeedEntry: Equatable, Sendable {
  /// Where it leads: its link, else an identifier that the feed calls a permanent link.
  package internal(set) var url: WebURL?
  /// As written.
  package internal(set) var id: String?
  /// As the feed has it: text, or HTML where the format says or leaves open that it is.
  package internal(set) var title: String?
  /// As the feed has it: HTML mostly.
  package internal(set) var summary: String?
  package internal(set) var published: StatedDate?
  package internal(set) var updated: StatedDate?
  /// Those of the entry, else those of the feed (RFC 4287, 4.2.1).
  package internal(set) var authors: [String] = []
  package internal(set) var categories: [String] = []
  package internal(set) var enclosures: [FeedEnclosure] = []

  package init() {}

  /// When it changed last.
  package var changed: StatedDate? { updated ?? published }

  /// Whether it is taken where only what changed since a moment is wanted. Without a date that can be read, it may have
  /// changed.
  package func mayHaveChanged(since moment: Timestamp) -> Bool { changed?.mayBe(since: moment) ?? true }
}

/// A file that belongs to an entry.
package struct FeedEnclosure: Equatable, Sendable {
  package let url: WebURL
  /// As written; empty for none.
  package let type: String
  /// In bytes, as written; empty for none.
  package let length: String
}
