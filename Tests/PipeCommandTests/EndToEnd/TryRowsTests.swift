import PipeTesting
import PracticeSite
import Testing

@Suite("pipe try, a spec whose source has rows", .timeLimit(.minutes(20)))
struct TryRowsTests {
  @Test("a page alone has no row, so nothing is said of what a run would do with its record")
  func filter() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("list.csv", "n\n1\n".utf8)
      let spec = try place.spec(
        """
        sources: [{file: {path: list.csv, url: "SITE/page/{n}"}}]
        fetch: {allow_private: [127.0.0.1]}
        extract: {title: title, n: {input: n, as: int}}
        where: n > 1
        sinks: [{csv: a.csv}]
        """)
      let outcome = try await place.pipe("try", "\(place.site.baseURL)/page/1", "--spec", spec)
      #expect(outcome.status == 0 && !outcome.errors.contains("leave this record out"), "\(outcome.errors)")
      #expect(outcome.errors.contains("whether where holds is not known: it reads the column n of a source's row"))
    }
  }
}
