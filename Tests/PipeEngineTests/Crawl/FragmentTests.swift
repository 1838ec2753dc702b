import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Fragments of links")
struct FragmentTests {
  /// The rows of a crawl of http://site.example/: `to ok reason`.
  private func rows(
    _ crawl: String = "fragments: true", _ answer: @escaping @Sendable (String) -> StubFetcher.Answer
  ) async throws -> [String] {
    let sink = MemorySink("links")
    let plan = try MemoryPipeline(sources: [MemorySource(urls: ["http://site.example/#source"])], sinks: [sink]).plan(
      """
      extract: [url]
      crawl: {\(crawl)}
      fetch: {robots: ignore, retry: 1}
      sinks: [{sink0: {rows: links, fields: [to, ok, reason]}}]
      """)
    try await Graph(plan, fetcher: StubFetcher { answer(String($0.url?.hrefWithoutFragment ?? "")) }).runConserving()
    return sink.rows.all.map { row in
      guard case .string(let to) = row[0], let hash = to.firstIndex(of: "#") else { return "" }
      let reason = if case .string(let text) = row[2] { " " + text } else { "" }
      return to[hash...] + (row[1] == .bool(true) ? " ok" : " broken") + reason
    }
  }

  private func links(_ references: String...) -> String {
    references.map { "<a href='\($0)'>x</a>" }.joined()
  }

  @Test("each link's fragment is looked for in its target")
  func found() async throws {
    let body = links(
      "/p#a", "/p#A", "/p#b", "/p#caf\u{E9}", "/p#caf%C3%A9", "/p#100%25", "/p#100%", "/p#", "/p#TOP", "/p#:~:text=x",
      "#here", "#not", "/p#foreign", "/p#in-template", "/p#n", "/p#x%27y")
    let rows = try await rows { url in
      url.hasSuffix("/p")
        ? .status(
          200,
          body: "<i id=a></i><a name=b></a><p id=caf\u{E9}><p id='100%'><svg><g id=foreign></svg>"
            + "<template><p id=in-template></template><p name=n>")
        : .status(200, body: "<p id=here>" + body)
    }
    #expect(
      rows == [
        "#a ok", "#A broken no element with the id 'A'", "#b ok", "#caf%C3%A9 ok", "#caf%C3%A9 ok", "#100%25 ok",
        "#100% ok", "# ok", "#TOP ok", "#:~:text=x ok", "#here ok", "#not broken no element with the id 'not'",
        "#foreign ok", "#in-template broken no element with the id 'in-template'",
        "#n broken no element with the id 'n'",
        "#x%27y broken no element with the id 'x'y'",
      ])
  }

  @Test("a page of nothing has no element")
  func empty() async throws {
    let rows = try await rows { url in .status(200, body: url.hasSuffix("/p") ? "" : links("/p#a", "/p#top")) }
    #expect(rows == ["#a broken no element with the id 'a'", "#top ok"])
  }

  @Test("without fragments: true no fragment is looked for")
  func off() async throws {
    #expect(try await rows("depth: 1") { _ in .status(200, body: "<a href=#x>x</a>") } == ["#x ok"])
  }

  @Test("a redirect hands the fragment on, unless it has one of its own")
  func redirects() async throws {
    let body = links("/r#a", "/r#b", "/own#a", "/own#b", "/twice#a")
    let rows = try await rows { url in
      switch url {
      case "http://site.example/": .status(200, body: body)
      case "http://site.example/r": .status(301, location: "/p")
      case "http://site.example/own": .status(301, location: "/p#b")
      case "http://site.example/twice": .status(301, location: "/own")
      default: .status(200, body: "<p id=a>")
      }
    }
    #expect(
      rows == [
        "#a ok", "#b broken no element with the id 'b'", "#a broken no element with the id 'b'",
        "#b broken no element with the id 'b'", "#a broken no element with the id 'b'",
      ])
  }

  @Test("nothing is said of fragments of what is no page, is not read, or is broken itself")
  func unknown() async throws {
    let body = links("/pdf#page=2", "/404#x", "http://far.example/#x", "/busy#x")
    let rows = try await rows("fragments: true, check: external") { url in
      switch url {
      case "http://site.example/": .status(200, body: body)
      case "http://site.example/pdf": .status(200, type: "application/pdf", body: "%PDF <p id=x>")
      case "http://site.example/404": .status(404, body: "<p id=x>")
      case "http://site.example/busy": .status(503)
      default: .status(200)
      }
    }
    #expect(
      rows == ["#page=2 ok", "#x broken", "#x ok", "#x ok not known: the server answered 503"])
  }

  @Test("a redirect from another host leads to a page's fragments, too")
  func fromElsewhere() async throws {
    let body = links("http://far.example/r#a", "http://far.example/r#b", "http://far.example/own#a", "/p")
    let rows = try await rows("fragments: true, check: external") { url in
      switch url {
      case "http://site.example/": .status(200, body: body)
      case "http://far.example/r": .status(301, location: "http://site.example/p")
      case "http://far.example/own": .status(301, location: "http://site.example/p#c")
      default: .status(200, body: "<p id=a>")
      }
    }
    #expect(
      rows == ["#a ok", "#b broken no element with the id 'b'", "#a broken no element with the id 'c'", ""])
  }
}
