import FoundationEssentials
import PipeTesting
import PracticeSite
import Testing

@testable import PipeCommand
@testable import PipeEngine
@testable import PipeStorage

@Suite("pipe runs and pipe why", .timeLimit(.minutes(20)))
struct WhyTests {
  /// Writes the journal of a run that has done four of its requests.
  private func writeJournal(_ place: borrowing Workplace, spec: String, phase: Checkpoint.Phase = .running) throws {
    let folder = JournalFolder(path: place.folder.path + "/.pipe/spec", storage: SystemStorage())
    withExtendedLifetime(try folder.lock()) {}
    var journal = try Journal(
      beginning: JournalHeader(.init(run: 17, number: 1), began: 1_760_000_000_000, spec: spec), [], Checkpoint(),
      in: folder)
    try journal.add([
      RequestEvent(
        id: RequestID(source: 0, ordinal: 1), url: URLMark(of: "http://a.example/y"),
        attempts: [
          .init(start: 1_760_000_000_500, elapsed: 80, outcome: .answered(status: 503)),
          .init(start: 1_760_000_001_600, elapsed: 10_000, outcome: .failed(.timeout)),
        ], redirects: [.init(url: "http://a.example/z", status: 301)], bytes: 14_000,
        error: RequestError(.timeout, "no answer within 10s"), rows: [1])
    ])
    try journal.commit(
      Checkpoint(
        worked: 61_000, phase: phase, sources: [SourceProgress(done: DoneSet(0..<4), isDry: true, yielded: 9)],
        sinks: [SinkProgress(rows: 4)], totals: RunTotals(requests: 4, failed: 1)), at: 1_760_000_061_000)
  }

  private static let spec = """
    sources: [{urls: [http://a.example/x, http://a.example/y]}]
    crawl: {exclude: [/search*]}
    extract: [url]
    sinks: [{csv: out.csv}]
    """

  @Test("without a run there is nothing to list, and that is no failure")
  func noRuns() async throws {
    try await Workplace.use(pages: 1) { place in
      for arguments in [["runs"], ["runs", "site"]] {
        let outcome = await (try place.start(arguments)).outcome()
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors == "pipe: no runs\(arguments.count > 1 ? " of site" : "") in .pipe\n")
      }
      #expect(try await place.pipe("runs", "--format", "json").output == "[]\n")
      #expect(try await place.pipe("runs", "../site").status == 64)
    }
  }

  @Test("a run that is not finished is listed, with how far it is")
  func runs() async throws {
    try await Workplace.use(pages: 1) { place in
      try writeJournal(place, spec: "/nowhere/spec.yaml")
      let outcome = try await place.pipe("runs")
      #expect(outcome.status == 0)
      #expect(
        outcome.output == """
          pipeline  run  began                 took       requests  failed  rows  outcome
          spec       17  2025-10-09 08:53:20Z  1 min 1 s         4       1     4  unfinished: 4 of 9 done

          """)
      let json = try await place.pipe("runs", "spec", "--format", "json").output
      for part in [#""pipeline": "spec""#, #""run": 17"#, #""outcome": null"#, #""done": 4"#, #""total": 9"#] {
        #expect(json.contains(part), "\(json)")
      }
    }
  }

  @Test("a journal that cannot be read is a warning that names it")
  func damaged() async throws {
    try await Workplace.use(pages: 1) { place in
      try writeJournal(place, spec: "")
      try place.folder.write(".pipe/spec/000017-0001.journal", "nothing".utf8)
      let outcome = try await place.pipe("runs")
      #expect(outcome.status == 0)
      #expect(
        outcome.errors == "pipe: warning: .pipe/spec/000017-0001.journal: is not a log of this kind\n")
    }
  }

  @Test("what became of a URL is told from the journal, with and without its spec", arguments: [true, false])
  func story(isNamed: Bool) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      try writeJournal(place, spec: place.folder.path + "/spec.yaml")
      let arguments = ["why", "http://a.example/y"] + (isNamed ? [spec] : [])
      let outcome = await (try place.start(arguments)).outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(
        outcome.output == """
          http://a.example/y
            run 17 of spec, begun 2025-10-09 08:53:20Z, not finished, 4 of 9 done
              request 2 of 2 URLs
                2025-10-09T08:53:20.500Z  attempt 1 answered with 503, after 80 ms
                2025-10-09T08:53:21.600Z  attempt 2 failed: timeout, after 10.0 s
                redirected by 301 to http://a.example/z
                14,000 bytes of content
                its record has the error timeout: no answer within 10s
                1 row in out.csv

          """)
      let json = await (try place.start(arguments + ["--format", "json"])).outcome().output
      for part in [#""known": true"#, #""status": 503"#, #""error": "timeout""#, #""sink": "out.csv""#] {
        #expect(json.contains(part), "\(json)")
      }
    }
  }

  @Test("without a run, the spec alone tells which rule drops a URL, and whether a source has it")
  func rules() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec)
      for (url, status, words) in [
        ("http://a.example/x", 0, "request 1 of 2 URLs asks for it"),
        ("http://a.example/search?q", 0, "exclude[0] at spec.yaml:3:19 matches: /search*"),
        ("http://b.example/", 0, "out of scope: scope: host"),
        ("http://a.example/page", 0, "it is fetched if a page links to it within 3 links of a source"),
        ("https://a.example/x/", 0, "request 1 of 2 URLs is nearly the same: http://a.example/x"),
      ] {
        let outcome = try await place.pipe("why", url, spec)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.output.contains(words), "\(outcome.output)")
        #expect(outcome.output.contains("no run of it has a journal in .pipe"))
      }
    }
  }

  @Test("if nothing is known the exit status is 1, and what is not a URL is wrong usage")
  func unknown() async throws {
    try await Workplace.use(pages: 1) { place in
      let nothing = try await place.pipe("why", "http://a.example/")
      #expect(nothing.status == 1)
      #expect(nothing.output.contains("no pipeline has a journal in .pipe"))
      let spec = try place.spec("sources: [stdin]\nextract: [url]\nsinks: [{csv: out.csv}]")
      let unasked = try await place.pipe("why", "http://a.example/", spec)
      #expect(unasked.status == 1)
      #expect(unasked.output.contains("whether a source has it shows in a run only: standard input (lines)"))
      #expect(try await place.pipe("why", "a.example", spec).status == 64)
      #expect(try await place.pipe("why", "http://a.example/", "none.yaml").status == 2)
    }
  }
}
