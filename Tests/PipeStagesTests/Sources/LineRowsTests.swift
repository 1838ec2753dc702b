import PipeEngine
import PipeSpec
import Testing

@testable import PipeStages

@Suite("LineRows")
struct LineRowsTests {
  @Test(
    "lines end by LF, CRLF or the end of the file, wherever the chunks end",
    arguments: [
      ("", []), ("\n", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]),
      ("\n\na\n\n\nb\n\n", ["a", "b"]), ("  a \t\n\tb", ["a", "b"]), ("   \n\t\na", ["a"]),
      ("# comment\na\n  # indented\nb#fragment", ["a", "b#fragment"]), ("\u{FEFF}a\nb", ["a", "b"]),
      ("\u{FEFF}# comment\na", ["a"]), ("é\nü\r\n", ["é", "ü"]), ("a\rb\n", ["a\rb"]), ("a\n\r\nb", ["a", "b"]),
    ])
  func lines(text: String, urls: [String]) throws {
    for chunk in 1...max(1, text.utf8.count) {
      #expect(try LineRows(name: "urls.txt").rows(of: text, chunk: chunk).map(\.url) == urls, "chunks of \(chunk)")
    }
  }

  @Test("a line of up to 1 MiB is a row; a longer one ends the run")
  func longLines() throws {
    let reader = LineRows(name: "urls.txt")
    let long = String(repeating: "x", count: 1 << 20)
    #expect(try reader.rows(of: "a\n" + long).map(\.url.utf8.count) == [1, 1 << 20])
    let error = #expect(throws: RunError.self) {
      try reader.rows(of: "a\n" + long + String(repeating: "x", count: 1 << 17))
    }
    #expect(error?.subject == "urls.txt")
    #expect(error?.reason == "line 2 is longer than 1 MiB")
    #expect(error?.hint != nil)
  }

  @Test("bytes that are no text become replacement characters, not a crash")
  func illFormedText() throws {
    #expect(try LineRows(name: "x").rows(of: [0xFF, 0x0A, 0x61, 0x00, 0x62]).map(\.url) == ["\u{FFFD}", "a\0b"])
  }
}
