import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine

struct FeedSourceTests {
  private static let feed = "https://example.com/feed.xml"

  private static func rss(_ items: String...) -> FetchedLists.Answer {
    .text("<rss><channel>" + items.map { "<item>\($0)</item>" }.joined() + "</channel></rss>")
  }

  @Test func `The links of feeds come in their order, whatever their hosts`() async throws {
    let read = try await FetchedLists(
      "feed: [https://example.com/feed.xml, https://example.com/feed.json]",
      [
        Self.feed: Self.rss("<link>/a</link>", "<link>https://other.example/b</link>"),
        "https://example.com/feed.json": .text("{\"items\": [{\"url\": \"/c\"}]}"),
      ])
    #expect(read.urls == ["https://example.com/a", "https://other.example/b", "https://example.com/c"])
    #expect(read.notices == [])
  }

  @Test func `Only what may have changed since a date is taken, and entries without a link are told`() async throws {
    let read = try await FetchedLists(
      "feed: {urls: [https://example.com/feed.xml], since: 2026-01-31}",
      [
        Self.feed: Self.rss(
          "<link>/a</link><pubDate>30 Jan 2026 23:59:59 GMT</pubDate>", "<link>/b</link><pubDate>31 Jan 2026</pubDate>",
          "<link>/c</link>", "<title>t</title>")
      ])
    #expect(read.urls == ["https://example.com/b", "https://example.com/c"])
    #expect(read.notices == ["\(Self.feed): left out 1 entry without a link"])
  }

  private static let unreadable: [(FetchedLists.Answer, String)] = [
    (.status(500), "the status is 500"), (.failure("refused"), "refused"),
    (.text("<html></html>"), "it is not a feed: it begins with <html>"), (.text("text"), "it is not a feed"),
    (.text("{\"a\": 1}"), "it is not a feed"),
    (.text("{"), "it is not a feed: expected a name in double quotes, found the end of the text"),
    (.broken(Array("<r".utf8), "broke off"), "broke off"), (.broken([0x1F, 0x8B, 8], "broke off"), "broke off"),
    (.bytes(Array("<rss/>".utf8), isTruncated: true), "it is longer than 52428800 bytes"),
  ]

  @Test(arguments: unreadable.indices)
  func `A feed that cannot be read fails the run, or is told where it may continue`(number: Int) async throws {
    let (answer, reason) = Self.unreadable[number]
    let answers = [Self.feed: answer, "https://example.com/2.xml": Self.rss("<link>/a</link>")]
    let error = await #expect(throws: RunError.self) {
      try await FetchedLists("feed: https://example.com/feed.xml", answers)
    }
    #expect(error?.subject == "the feed \(Self.feed)")
    #expect(error?.reason == reason)
    let read = try await FetchedLists(
      "feed: {urls: [https://example.com/feed.xml, https://example.com/2.xml], on_error: continue}", answers)
    #expect(read.urls == ["https://example.com/a"])
    #expect(read.notices.first == "cannot read the feed \(Self.feed): \(reason)")
  }

  @Test func `What an entry says can be carried into the record`() async throws {
    let read = try await FetchedLists(
      "feed: https://example.com/feed.xml",
      [
        Self.feed: Self.rss(
          "<link>/a</link><title>T</title><guid isPermaLink='false'>1</guid><pubDate>31 Jan 2026</pubDate><author>Ann</author>"
        )
      ], columns: ["title", "id", "published", "updated", "author", "summary", "feed"])
    #expect(
      read.inputs == [
        [
          "title": .string("T"), "id": .string("1"), "published": .string("31 Jan 2026"), "updated": .null,
          "author": .string("Ann"), "summary": .null, "feed": .string(Self.feed),
        ]
      ])
  }
}
