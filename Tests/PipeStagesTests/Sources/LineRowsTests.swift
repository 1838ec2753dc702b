import PipeEngine
import PipeSpec
import Testing

@testable import PipeStages

@Suite("LineRows")
struct LineRowsTests {
  @Test(
    "lines end by LF, CRLF, CR or the end of the file, wherever the chunks end",
    arguments: [
      ("", []), ("\n", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]),
      ("\n\na\n\n\nb\n\n", ["a", "b"]), ("  a \t\n\tb", ["a", "b"]), ("   \n\t\na", ["a"]),
      ("# comment\na\n  # indented\nb#fragment", ["a", "b#fragment"]), ("\u{FEFF}a\nb", ["a", "b"]),
      ("\u{FEFF}# comment\na", ["a"]), ("é\nü\r\n", ["é", "ü"]), ("a\rb\n", ["a", "b"]), ("a\rb\r", ["a", "b"]),
      ("a\r\rb", ["a", "b"]), ("a\r\n\r\nb\r\n", ["a", "b"]), ("a\n\r\nb", ["a", "b"]),
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

  @Test("a row knows its line, whatever ends the lines", arguments: ["\n", "\r\n", "\r"])
  func numbers(end: String) throws {
    let text = ["# x", "http://a/", "", "http://b/", "http://c/"].joined(separator: end)
    for chunk in 1...text.utf8.count {
      #expect(try LineRows(name: "x").rows(of: text, chunk: chunk).map(\.line) == [2, 4, 5], "chunks of \(chunk)")
    }
  }

  @Test("bytes that are not UTF-8 are percent-encoded as they are; a NUL is a fault")
  func illFormedText() throws {
    let rows = try LineRows(name: "x").rows(
      of: Array("http://a/caf".utf8) + [0xE9, 0x0A] + Array("http://a/é".utf8) + [0xC3, 0x0A, 0x61, 0x00, 0x62])
    #expect(rows.map(\.url) == ["http://a/caf%E9", "http://a/é%C3", "a\0b"])
    #expect(rows.map(\.fault) == [nil, nil, "it holds a NUL"])
  }

  @Test(
    "a table that is read as lines ends the run",
    arguments: ["url,title", "id;URL;note", "title\tlink", "\"url\",\"title\""])
  func header(line: String) throws {
    let error = #expect(throws: RunError.self) {
      try LineRows(name: "list.csv").rows(of: "\(line)\nhttp://a.example/1,x\n")
    }
    #expect(error?.reason == "line 1 is the header of a table, not a URL")
    #expect(error?.hint?.hasPrefix("write format: csv") == true)
  }

  @Test(
    "a first line that is a URL is not taken for a header",
    arguments: ["http://a.example/url,title", "https://a.example/?a=b,link;url", "a.example/url,link"])
  func noHeader(line: String) throws { #expect(try LineRows(name: "x").rows(of: line).count == 1) }
}
