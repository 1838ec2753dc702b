import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, crashes", .timeLimit(.minutes(20)))
struct CrashTests {
  private static let slow = """
    sources: [{range: {url: "SITE/delay/0.2?n={n}", to: 3000}}]
    fetch: {concurrency: 4, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: [{csv: {path: out.csv, publish: live}}, {csv: "-"}]
    """

  @Test(
    "a crash is told in one line, what was written stays valid, and the status is the signal's",
    arguments: [
      (SIGSEGV, "SIGSEGV"), (SIGBUS, "SIGBUS"), (SIGILL, "SIGILL"), (SIGFPE, "SIGFPE"), (SIGABRT, "SIGABRT"),
      (SIGTRAP, "SIGTRAP"),
    ])
  func told(signal: Int32, name: String) async throws {
    try await Workplace.use(pages: 1) { place in
      // Swift's own words about a crash take a program that need not be there.
      let command = try place.start(
        ["run", try place.spec(Self.slow), "--progress", "none"], environment: ["SWIFT_BACKTRACE": "enable=no"])
      let written = "\(place.folder.path)/out.csv"
      #expect(await command.waitUntil { output, _ in output.contains("/delay/") && Self.hasContent(written) })
      command.send(signal)
      let outcome = await command.outcome()
      #expect(outcome.status == 128 + signal)
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count == 1, "\(outcome.errors)")
      #expect(lines.first?.hasPrefix("pipe: crashed by \(name)") == true, "\(outcome.errors)")
      #expect(outcome.errors.contains("The rows written so far are whole"))
      #expect(outcome.output.utf8.last == UInt8(ascii: "\n"))
      let rows = try CSVTable(outcome.output).rows
      #expect(rows.allSatisfy { $0["status"] == "200" })
      #expect(try place.table("out.csv").rows.allSatisfy { $0["status"] == "200" })
    }
  }

  private static func hasContent(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_size > 0
  }

  @Test("what Swift says of a crash is not among the rows")
  func backtrace() async throws {
    try await Workplace.use(pages: 1) { place in
      let command = try place.start(
        ["run", try place.spec(Self.slow), "--progress", "none"],
        environment: ["SWIFT_BACKTRACE": "enable=yes,symbolicate=off,cache=no,interactive=no,color=no,timeout=30s"])
      #expect(await command.waitUntil { output, _ in output.contains("/delay/") })
      command.send(SIGILL)
      let outcome = await command.outcome()
      #expect(outcome.status == 128 + SIGILL)
      #expect(outcome.errors.hasPrefix("pipe: crashed by SIGILL"), "\(outcome.errors)")
      #expect(try CSVTable(outcome.output).rows.allSatisfy { $0["status"] == "200" }, "\(outcome.output)")
    }
  }

  /// A program of a few lines that crashes as no signal from outside does: pipe's own report, without pipe.
  private static let program = """
    #include "crash.h"
    #include <pthread.h>
    #include <string.h>
    static volatile int result;
    __attribute__((noinline)) static int dig(int depth) {
      volatile char frame[4096];
      frame[depth % 4096] = 1;
      return dig(depth + 1) + frame[0];
    }
    static void *thread(void *context) {
      pipe_cover_thread();
      result = dig(0);
      return context;
    }
    int main(int count, char **words) {
      pthread_t other;
      pipe_report_crashes(1);
      if (!strcmp(words[count - 1], "overflow")) result = dig(0);
      if (!strcmp(words[count - 1], "thread")) {
        pthread_create(&other, NULL, thread, NULL);
        pthread_join(other, NULL);
      }
      if (!strcmp(words[count - 1], "null")) result = *(volatile int *)0;
      if (!strcmp(words[count - 1], "trap")) __builtin_trap();
      return 0;
    }
    """

  @Test(
    "an overflow of a stack is told, on any thread of a run, and so is what the processor finds",
    arguments: [("overflow", SIGSEGV), ("thread", SIGSEGV), ("null", SIGSEGV), ("trap", SIGILL)])
  func overflow(how: String, signal: Int32) async throws {
    // Tests/PipeCommandTests/EndToEnd/CrashTests.swift: four levels below the project's root.
    let headers = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Sources/CLinux"
    let folder = try TemporaryFolder()
    try folder.write("crash.c", Self.program.utf8)
    _ = try Program.output(
      ["cc", "-O1", "-pthread", "-I", headers, "-o", folder.path("crash"), folder.path("crash.c")])
    let outcome = await (try RunningCommand(folder.path("crash"), [how], folder: folder.path)).outcome()
    let isTrap = how == "trap"
    #expect(outcome.status == 128 + signal || isTrap && outcome.status == 128 + SIGTRAP)
    #expect(outcome.errors.hasPrefix("pipe: crashed by SIG"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test("answers in zstd with windows of any size end nothing but themselves")
  func zstd() async throws {
    try await Workplace.use(pages: 1) { place in
      let queries = [
        "level=1", "level=3", "level=9", "level=19", "level=3&window=10", "level=3&window=22", "level=3&window=27",
      ]
      let urls = (0..<4).flatMap { round in queries.map { "\"SITE/zstd?\($0)&n=\(round)\"" } }
      let spec = try place.spec(
        """
        sources: [{urls: [\(urls.joined(separator: ", "))]}]
        fetch: {concurrency: 2, allow_private: [127.0.0.1]}
        extract: [url, title, error]
        sinks: [{csv: "-"}]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try CSVTable(outcome.output).rows
      #expect(rows.count == urls.count)
      for row in rows {
        let isTooLarge = row["url"]?.contains("window=27") == true
        #expect(row["title"] == (isTooLarge ? "" : "A page in zstd"))
        #expect(row["error"] == (isTooLarge ? "body: its zstd data wants a window of more than 8 MiB" : ""))
      }
    }
  }
}
