import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, the quickstart", .timeLimit(.minutes(20)))
struct QuickstartTests {
  @Test("the quickstart writes a correct row for every URL, and the broken ones once more")
  func quickstart() async throws {
    try await Workplace.use(pages: 80) { place in
      let urls = place.site.urls
      let list = try place.folder.write("urls.txt", urls.map { $0 + "\n" }.joined().utf8)
      let outcome = try await place.pipe("run", place.pipeline("quickstart"), "--set", "urls=\(list)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "")
      #expect(outcome.errors.contains("\(urls.count) read, \(urls.count) recorded, none lost"), "\(outcome.errors)")

      let table = try place.table("out/quickstart.csv")
      #expect(table.header == ["url", "status", "title", "length", "content_type", "error"])
      let rows = try table.rows(by: "url")
      #expect(rows.count == table.rows.count)
      #expect(rows.keys.sorted() == urls.sorted())

      let expectations = try place.site.expectations()
      #expect(expectations.map(\.url) == urls)
      for expected in expectations {
        var row = try #require(rows[expected.url])
        row["error"] = row["error"].map { String($0.prefix { $0 != ":" }) }
        for (name, value) in expected.fields {
          #expect(row[name] == value, "\(name) of \(expected.url)")
        }
      }

      let broken = try RecordLine.all(place.folder.text("out/quickstart-broken.jsonl"))
      let wanted = table.rows.filter { ($0["status"].flatMap { Int($0) } ?? 0) >= 400 || $0["error"] != "" }
      #expect(broken.compactMap(\.url) == wanted.map { $0["url"] })
      #expect(broken.map { $0.error ?? "" } == wanted.map { $0["error"] })
      #expect(broken.map { $0.status.map(String.init) ?? "" } == wanted.map { $0["status"] })
      #expect(broken.map { $0.title ?? "" } == wanted.map { $0["title"] })
      #expect(!broken.isEmpty)
    }
  }
}
