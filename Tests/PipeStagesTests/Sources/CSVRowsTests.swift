import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("CSVRows")
struct CSVRowsTests {
  @Test("the column that holds the URL is found by its name; the others come along")
  func columns() throws {
    let text = "sku,link,note\r\n1,http://a.example/,\"x, y\"\r\n2,http://b.example/,\r\n"
    for chunk in 1...text.utf8.count {
      let rows = try CSVRows(name: "products.csv", column: "link").rows(of: text, chunk: chunk)
      #expect(rows.map(\.url) == ["http://a.example/", "http://b.example/"])
      #expect(
        rows.map(\.columns) == [
          ["sku": .string("1"), "link": .string("http://a.example/"), "note": .string("x, y")],
          ["sku": .string("2"), "link": .string("http://b.example/"), "note": .string("")],
        ])
    }
  }

  @Test("a byte order mark is no part of the first column's name, wherever the chunks end", arguments: 1...8)
  func byteOrderMark(chunk: Int) throws {
    #expect(try CSVRows(name: "x", column: "url").rows(of: "\u{FEFF}url\na\n", chunk: chunk).map(\.url) == ["a"])
    #expect(try CSVRows(name: "x", column: "url").rows(of: "\u{FEFF}\"url\"\na\n", chunk: chunk).map(\.url) == ["a"])
    #expect(try CSVRows(name: "x", column: "u").rows(of: "u", chunk: chunk).isEmpty)
  }

  @Test("a column that is not there ends the run, and the hint names those that are")
  func missingColumn() throws {
    let error = #expect(throws: RunError.self) { try CSVRows(name: "x.csv", column: "url").rows(of: "a,b\n1,2\n") }
    #expect(error == RunError("x.csv", "has no column 'url'", hint: "its columns are a, b"))
  }

  @Test("a row that is too short for its URL is a request that fails; one that is too long is no problem")
  func shortRows() throws {
    let rows = try CSVRows(name: "x", column: "url").rows(
      of: "a,url,b\n1\n2,http://a.example/\n3,http://b.example/,4,5\n")
    #expect(rows.map(\.url) == ["", "http://a.example/", "http://b.example/"])
    #expect(rows.map { $0.fault != nil } == [true, false, false])
    #expect(rows[2].columns.count == 3)
  }

  @Test("of columns with the same name the first counts")
  func repeatedColumns() throws {
    let rows = try CSVRows(name: "x", column: "url").rows(of: "url,url\na,b\n")
    #expect(rows.map(\.url) == ["a"])
    #expect(rows[0].columns == ["url": .string("a")])
  }

  @Test(
    "a file without rows, or without anything, has none", arguments: ["", "url\n", "url", "\n\n", "\r\nurl\r\n\r\n"])
  func empty(text: String) throws {
    #expect(try CSVRows(name: "x", column: "url").rows(of: text).isEmpty)
  }

  @Test("a quote that is never closed ends the run before it fills the memory")
  func openQuote() throws {
    let text = "url\n\"" + String(repeating: "http://a.example/\n", count: 100_000)
    let error = #expect(throws: RunError.self) { try CSVRows(name: "x.csv", column: "url").rows(of: text) }
    #expect(error?.reason == "a record is longer than 1 MiB")
  }
}
