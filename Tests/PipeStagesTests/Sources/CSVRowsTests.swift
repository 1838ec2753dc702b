import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import PipeWeb
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

  @Test(
    "a header that is not one, and a name that is nearly right, are told",
    arguments: [
      ("http://a.example/,fine\n", "has no column 'url': its first row must name the columns", "its columns are"),
      ("URL,title\n", "has no column 'url'", "its columns are URL, title; did you mean column: URL?"),
      ("Url;title\n", "has no column 'url'", "its columns are Url, title; did you mean column: Url?"),
    ])
  func wrongHeader(text: String, reason: String, hint: String) throws {
    let error = #expect(throws: RunError.self) { try CSVRows(name: "x.csv", column: "url").rows(of: text) }
    #expect(error?.reason == reason)
    #expect(error?.hint?.hasPrefix(hint) == true, "\(error?.hint ?? "-")")
  }

  @Test("a header that another separator cuts has that suggested", arguments: [(";", ";"), ("\t", "\\t"), ("|", "|")])
  func wrongDelimiter(separator: String, shown: String) throws {
    let error = #expect(throws: RunError.self) {
      var reader = CSVRows(name: "x.csv", column: "url", form: CSVForm(delimiter: UInt8(ascii: ",")))
      _ = try reader.rows(Array("url\(separator)n\na\(separator)b\n".utf8)[...])
    }
    #expect(error?.hint?.hasSuffix("did you mean delimiter: \"\(shown)\"?") == true, "\(error?.hint ?? "-")")
  }

  @Test("a row without its URL, or with more cells than there are columns, is a request that fails")
  func raggedRows() throws {
    let rows = try CSVRows(name: "x", column: "url").rows(
      of: "a,url,b\n1\n2,http://a.example/\n3,http://b.example/,4,5\n4,http://c.example/,5,,\n,,\n , \n")
    #expect(rows.map(\.url) == ["", "http://a.example/", "http://b.example/", "http://c.example/"])
    #expect(rows.map(\.line) == [2, 3, 4, 5])
    #expect(
      rows.map(\.fault) == [
        "the row has no column 'url'", nil,
        "the row has 4 cells and the header 3: a cell with a separator in it is quoted", nil,
      ])
    // A cell that is not there is not an empty one.
    #expect(rows[1].columns == ["a": .string("2"), "url": .string("http://a.example/")])
  }

  @Test("a comma in a URL that is not quoted does not cut it")
  func commaInURL() throws {
    let rows = try CSVRows(name: "x", column: "url").rows(of: "url\nhttp://a.example/?q=1,2\n")
    #expect(rows.map { $0.fault != nil } == [true])
  }

  @Test("two columns with the URL's name end the run; of others the first is read, and that is told")
  func repeatedColumns() throws {
    let error = #expect(throws: RunError.self) { try CSVRows(name: "x.csv", column: "url").rows(of: "url,url\na,b\n") }
    #expect(error?.reason == "has two columns 'url'")
    var reader = CSVRows(name: "x.csv", column: "url")
    let rows = try reader.rows(Array("url,note,note\na,b,c\n".utf8)[...])
    #expect(rows[0].columns == ["url": .string("a"), "note": .string("b")])
    #expect(reader.takeNotices() == ["x.csv has two columns 'note'; input reads the first one"])
    #expect(reader.takeNotices() == [])
  }

  @Test(
    "columns are separated by what separates them in the header, or by what the first line says",
    arguments: ["url;title\n", "url\ttitle\n", "url|title\n", "sep=;\nurl;title\n", "\"sep=\t\"\nurl\ttitle\n"],
    ["\n", "\r\n", "\r"])
  func separators(header: String, end: String) throws {
    let separator = header.contains("\t") ? "\t" : header.contains("|") ? "|" : ";"
    let text = (header + "http://a.example/1\(separator)\"x\(separator)y\"\nhttp://a.example/2\(separator)1,5\n")
      .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: end)
    for chunk in [1, 2, 3, 7, 1000] {
      let rows = try CSVRows(name: "x", column: "url").rows(of: text, chunk: chunk)
      #expect(rows.map(\.url) == ["http://a.example/1", "http://a.example/2"])
      #expect(rows.map { $0.columns["title"] } == [.string("x\(separator)y"), .string("1,5")])
      #expect(rows.map(\.fault) == [nil, nil])
      #expect(rows.map(\.line) == (header.contains("sep") ? [3, 4] : [2, 3]))
    }
  }

  @Test(
    "columns are told apart by their code points", arguments: [("é", "composed"), ("e\u{301}", "decomposed")])
  func exactNames(column: String, url: String) throws {
    let rows = try CSVRows(name: "x", column: column).rows(of: "\u{E9},e\u{301}\ncomposed,decomposed\n")
    #expect(rows.map(\.url) == [url])
    #expect(rows[0].columns == ["\u{E9}": .string("composed"), "e\u{301}": .string("decomposed")])
  }

  @Test("white space around the names of columns is not part of them")
  func spacedHeader() throws {
    let rows = try CSVRows(name: "x", column: "url").rows(of: "title, url ,\u{A0}note\na, http://a.example/ ,b\n")
    #expect(rows.map(\.url) == ["http://a.example/"])
    #expect(rows[0].columns.keys.map(\.text).sorted() == ["note", "title", "url"])
  }

  @Test("cells that are not UTF-8 are read as windows-1252, and that is told once; a URL keeps its bytes")
  func legacyText() throws {
    var reader = CSVRows(name: "x.csv", column: "url")
    let text: [UInt8] =
      Array("url,note\nhttp://a.example/".utf8) + [0xE9] + Array(",caf".utf8) + [0xE9, 0x80, 0x0A]
      + Array("http://a.example/é,é\nhttp://b.example/,".utf8) + [0xFC, 0x0A]
    let rows = try reader.rows(text[...])
    #expect(rows.map(\.url) == ["http://a.example/%E9", "http://a.example/é", "http://b.example/"])
    #expect(rows.map { $0.columns["note"] } == [.string("café€"), .string("é"), .string("ü")])
    #expect(reader.takeNotices().count == 1)
  }

  @Test(
    "a faulty URL cell says why, and its row keeps its columns",
    arguments: [
      ("", "it is empty"), ("\"http://a/1\nhttp://a/2\"", "it holds a line break, so it may be two URLs"),
      ("http://a/\t1", "it holds a tab: a list has one URL a line, and a table needs format: csv"),
      ("http://a/1 http://a/2", "it holds two URLs: write one a line"), ("http://a/\01", "it holds a NUL"),
    ])
  func faultyCells(cell: String, fault: String) throws {
    let rows = try CSVRows(name: "x", column: "url").rows(of: "url,note\n\(cell),x\nhttp://b/,y\n")
    #expect(rows.map(\.fault) == ["the cell 'url': \(fault)", nil])
    #expect(rows[0].columns["note"] == .string("x"))
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
    #expect(error?.reason == "line 2: a quote opens here and is not closed within 1 MiB")
  }

  @Test(
    "a quote that takes lines which are not its own ends the run and is found",
    arguments: [
      "url,title\na,fine\nb,\"a smart quote”\nc,fine\nd,fine\n",
      "url,title\na,fine\nb,\"a smart quote”\nc,fine\nd,\"fine\"\ne,fine\n",
      "url,title\r\na,fine\r\nb,\"x\r\nc,\"\"fine\r\n",
    ])
  func straightAndSmartQuotes(text: String) throws {
    for chunk in [1, 5, 1000] {
      let error = #expect(throws: RunError.self) {
        try CSVRows(name: "x.csv", column: "url").rows(of: text, chunk: chunk)
      }
      #expect(error?.reason.hasPrefix("line 3: a quote opens here") == true, "\(error?.reason ?? "-")")
    }
  }

  @Test("rows before the place where a file cannot be read further go their way")
  func rowsBeforeFaults() throws {
    var reader = CSVRows(name: "x.csv", column: "url")
    let rows = try reader.rows(Array("url,title\na,1\nb,\"x\nc,\"y\"\n".utf8)[...])
    #expect(rows.map(\.url) == ["a"])
    #expect(throws: RunError.self) { try reader.finish() }
  }

  @Test("text behind a closing quote is the fault of its row alone; spaces there are none")
  func textBehindQuotes() throws {
    let rows = try CSVRows(name: "x", column: "url").rows(
      of: "url,title\na,\"He said \"hi\" to me\"\n\"b\" ,\"two\nlines\"\t\nc,it is 5\" wide\n")
    #expect(rows.map(\.url) == ["a", "b", "c"])
    #expect(rows.map { $0.fault != nil } == [true, false, false])
    #expect(rows[1].columns["title"] == .string("two\nlines"))
    #expect(rows[2].columns["title"] == .string("it is 5\" wide"))
  }

  @Test("a file with nothing in it is told, one with a header alone is not", arguments: ["", "\n\r\n", "\u{FEFF}"])
  func nothing(text: String) throws {
    var reader = CSVRows(name: "x.csv", column: "url")
    #expect(try reader.rows(Array(text.utf8)[...]).isEmpty)
    #expect(try reader.finish().isEmpty)
    #expect(reader.takeNotices() == ["x.csv is empty: it has not even a header"])
    var other = CSVRows(name: "x.csv", column: "url")
    _ = try other.rows(Array("url\n".utf8)[...])
    _ = try other.finish()
    #expect(other.takeNotices() == [])
  }

  @Test("the spec's delimiter, quote and encoding are what the fields are read by", arguments: [1, 3, 1000])
  func form(chunk: Int) throws {
    let cases: [(CSVForm, [UInt8], String)] = [
      (CSVForm(delimiter: UInt8(ascii: ":"), quote: UInt8(ascii: "'")), Array("url:n\n'a:b':'it''s'\n".utf8), "it's"),
      (CSVForm(quote: nil), Array("url,n\na,\"5\"\" x\n".utf8), "\"5\"\" x"),
      (CSVForm(delimiter: 9), Array("sep=;\nurl\tn\na;b\tx\n".utf8), "x"),
      (CSVForm(encoding: .windows1251), Array("url,n\na,".utf8) + [0xCF, 0xF0, 0xE8] + [10], "При"),
      (CSVForm(encoding: .shiftJIS), Array("url,n\na,".utf8) + [0x83, 0x5C] + [10], "ソ"),
      (CSVForm(encoding: .windows1251), [0xEF, 0xBB, 0xBF] + Array("url,n\na,é\n".utf8), "é"),
      (CSVForm(encoding: .gb18030), Array("url,n\na,".utf8) + [0x81, 0x30, 0x81, 0x30] + [10], "\u{80}"),
    ]
    for (form, bytes, expected) in cases {
      var reader = CSVRows(name: "x", column: "url", form: form)
      var rows: [InputRow] = []
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        rows += try reader.rows(bytes[start..<min(bytes.count, start + chunk)])
      }
      rows += try reader.finish()
      #expect(rows.map { $0.columns["n"] } == [.string(expected)], "\(form)")
      #expect(reader.takeNotices() == [])
    }
  }

  @Test("a header in another encoding names its columns")
  func headerInEncoding() throws {
    var reader = CSVRows(name: "x", column: "Ссылка", form: CSVForm(encoding: .windows1251))
    let bytes: [UInt8] = [0xD1, 0xF1, 0xFB, 0xEB, 0xEA, 0xE0, 0x0A] + Array("http://a.example/\n".utf8)
    #expect(try (reader.rows(bytes[...]) + reader.finish()).map(\.url) == ["http://a.example/"])
  }
}
