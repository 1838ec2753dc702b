import PipeTesting
import PracticeSite
import Testing

@Suite("the live view, as the system sees it", .timeLimit(.minutes(20)))
struct LiveWritesTests {
  private struct Write {
    let time: Double
    let text: Substring
  }

  @Test func `A frame is one write, and there are four a second at the most`() async throws {
    let script = try #require(Program.path("script"), "install bsdutils")
    let strace = try #require(Program.path("strace"), "install strace")
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec(
        """
        sources: [{range: {url: "SITE/delay/0.05?n={n}", to: 80}}]
        fetch: {concurrency: 1, per_host: {concurrency: 1}, allow_private: [127.0.0.1]}
        extract: [url]
        sinks: [{csv: out.csv}]
        """)
      let command =
        "'\(strace)' -f -ttt -s 4096 -e trace=write,writev -o calls '\(try BuiltBinary.path())' run spec.yaml --progress bar"
      let outcome = await
        (try RunningCommand(
          script, ["-qec", command, "/dev/null"], folder: place.folder.path, keepsInputOpen: true)).outcome()
      #expect(outcome.status == 0, "\(outcome.output)")
      let calls = try place.folder.text("calls").split(separator: "\n")
      let writes = calls.compactMap { line -> Write? in
        // `123 1700000000.123456 write(2, "…", 12) = 12`
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, parts[2].hasPrefix("write(2, "), let time = Double(parts[1]) else { return nil }
        return Write(time: time, text: parts[2])
      }
      let frames = writes.filter { $0.text.contains(#"\33[?2026h"#) }
      #expect(frames.count > 8, "\(calls.count) calls")
      #expect(frames.allSatisfy { $0.text.contains(#"\33[?2026l"#) }, "a frame is whole")
      #expect(!writes.contains { $0.text.contains(#"\33[?2026l"#) && !$0.text.contains(#"\33[?2026h"#) })
      // Besides the frames, the summary is written, which takes the last one away.
      #expect(writes.count - frames.count <= 3)
      for (index, frame) in frames.dropLast().enumerated() where index >= 4 {
        #expect(frame.time - frames[index - 4].time >= 0.95, "five within \(frame.time - frames[index - 4].time) s")
      }
    }
  }
}
