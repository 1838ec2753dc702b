import PipeSpec
import Testing

@Suite struct RegularExpressionTests {
  @Test(
    "A literal or a bare pattern matches as PCRE2 says",
    arguments: [
      ("/price: ([0-9]+)/", "the price: 12", true),
      ("/PRICE/i", "price", true),
      ("/PRICE/", "price", false),
      ("/^b$/m", "a\nb\nc", true),
      ("/^b$/", "a\nb\nc", false),
      ("/a.b/s", "a\nb", true),
      ("/a.b/", "a\nb", false),
      ("/a b # a blank is none/x", "ab", true),
      (#"/a\/b/"#, "a/b", true),
      (#"^https?://h/\d+$"#, "https://h/42", true),
      (#"\bé\w+"#, "un événement", true),
      ("/É/i", "é", true),
      (#"\d"#, "٣", true),
      ("^.$", "𝄞", true),
      ("^$", "", true),
      ("a", "", false),
      // Lines end in CRLF, LF or CR.
      ("/^b$/m", "a\r\nb\r\nc", true), ("/^b$/m", "a\rb\rc", true), ("/b$/", "a\r\nb\r\n", true),
      ("/b$/", "b\r\nc", false), ("/a.b/", "a\rb", false), ("/^.*$/", "a\r\n", true), ("/a.b/s", "a\rb", true),
      ("/a\\r\\nb/", "a\r\nb", true), ("/a\\R+b/", "a\r\n\nb", true), ("/^.$/", "\u{85}", true),
      (#"\x{20ac}"#, "€", true), (#"\\u20ac"#, "€", false), (#"\\u20ac"#, #"\u20ac"#, true),
    ])
  func matches(_ source: String, _ text: String, _ expected: Bool) throws {
    #expect(try RegularExpression.parse(source).get().matches(text) == expected)
  }

  @Test(
    "A faulty pattern is refused at its place",
    arguments: [
      ("", 0..<0, "empty"),
      ("a(b", 2..<3, "missing closing parenthesis"),
      ("*a", 0..<1, "quantifier does not follow"),
      ("/é[/", 3..<4, "missing terminating ]"),
      ("/a/ig", 4..<5, "unknown flag 'g'"),
      ("/a/b", 3..<4, "unknown flag 'b'"),
      ("/a/b/", 4..<5, "goes on"),
      ("/a/i/", 4..<5, "goes on"),
      ("/abc", 0..<4, "no closing slash"),
      (#"/abc\/"#, 0..<6, "no closing slash"),
      (#"/abc\"#, 0..<5, "no closing slash"),
      ("//", 0..<2, "the expression between the slashes is empty"),
      (#"a\C"#, 2..<3, "\\C"),
      (#"\pü"#, 2..<4, "malformed"),
    ])
  func refuses(_ source: String, _ range: Range<Int>, _ message: String) {
    guard case .failure(let fault) = RegularExpression.parse(source) else {
      Issue.record("accepted")
      return
    }
    #expect(fault.range == range)
    #expect(fault.message.contains(message), "\(fault.message)")
  }

  @Test("A CR at the end of a line is not part of the match")
  func leavesOutCarriageReturns() throws {
    let text = "Name: Ann\r\nPrice: 12 EUR\r\n\r\nEnd\r"
    let lines = try RegularExpression.parse("/^(.*)$/m").get().allMatches(in: text).matches.map {
      $0[1].map(String.init)
    }
    #expect(lines.prefix(4) == ["Name: Ann", "Price: 12 EUR", "", "End"])
  }

  @Test(
    "An escape of another dialect is refused with the form that works",
    arguments: [
      (#"/\u20ac (\d+)/"#, 1..<7, #"write \x{20ac}"#), (#"[\u00e0-\u00ff]"#, 1..<7, #"write \x{e0}"#),
      (#"\ud83d\ude00"#, 0..<12, #"write \x{1f600}"#), (#"x\U0001F600y"#, 1..<11, #"write \x{1f600}"#),
      (#"\u{1F600}"#, 0..<9, #"write \x{1f600}"#), (#"\u"#, 0..<2, #"its number: \x{20ac}"#),
      (#"\ud83d"#, 0..<2, #"its number: \x{20ac}"#), (#"\N{EURO SIGN}"#, 0..<2, #"its number: \x{20ac}"#),
      (#"é\u20g"#, 2..<4, #"its number: \x{20ac}"#),
    ])
  func explainsForeignEscapes(_ source: String, _ range: Range<Int>, _ hint: String) {
    guard case .failure(let fault) = RegularExpression.parse(source) else {
      Issue.record("accepted")
      return
    }
    #expect(fault.range == range)
    #expect(fault.hint?.contains(hint) == true, "\(fault.hint ?? "no hint")")
  }

  @Test("Deep nesting is refused")
  func refusesNesting() {
    let source = String(repeating: "(", count: 1000) + String(repeating: ")", count: 1000)
    guard case .failure(let fault) = RegularExpression.parse(source) else {
      Issue.record("accepted")
      return
    }
    #expect(fault.message.contains("nested"))
  }

  @Test("A match gives its groups by number and by name")
  func groups() throws {
    let expression = try RegularExpression(pattern: #"(?<year>\d{4})-(?<month>\d\d)(-\d\d)?"#)
    let match = try #require(expression.firstMatch(in: "é 2026-01.").found)
    #expect(match[0] == "2026-01")
    #expect(match.ranges == [3..<10, 3..<7, 8..<10, nil])
    #expect(match["year"] == "2026")
    #expect(match["month"] == "01")
    #expect(match[3] == nil)
    #expect(match[4] == nil)
    #expect(match["day"] == nil)
    #expect(expression.groupCount == 3)
    #expect(expression.groupNames == ["month", "year"])
    #expect(expression.group(named: "year") == 1)
    #expect(expression.group(named: "month") == 2)
    #expect(expression.group(named: "day") == nil)
  }

  @Test(
    "All matches are found once each, empty ones too",
    arguments: [
      ("a", "banana", [1..<2, 3..<4, 5..<6]),
      ("a*", "baac", [0..<0, 1..<3, 3..<3, 4..<4]),
      ("(?=a)", "éaa", [2..<2, 3..<3]),
      ("é|", "éé", [0..<2, 2..<4, 4..<4]),
      (#"a\K"#, "aa", [1..<1, 2..<2]),
      ("x", "", []),
      ("", "", [0..<0]),
    ])
  func findsAll(_ pattern: String, _ text: String, _ expected: [Range<Int>]) throws {
    let found = try RegularExpression(pattern: pattern).allMatches(in: text)
    #expect(found.matches.map { $0.ranges[0] } == expected)
    #expect(!found.gaveUp)
  }

  @Test("No more matches are looked for than asked")
  func limit() throws {
    let expression = try RegularExpression(pattern: "a")
    #expect(expression.allMatches(in: "aaaa", limit: 2).matches.count == 2)
    #expect(expression.allMatches(in: "aaaa", limit: 0).matches.isEmpty)
  }

  @Test(
    "A hostile text is given up instead of searched for hours",
    arguments: [
      (#"(\w+\s*)+[xy]"#, "", "a", 100_000, ""),
      (#"^(a|aa)+$"#, "", "a", 1_000_000, "b"),
      (#"<title>.*?\s*</title>"#, "<title>", " ", 1_000_000, "</titl"),
      ("a*[bc]", "", "a", 1_000_000, ""),
      (#"(a+).*?\1b"#, "", "a", 1_000_000, ""),
      ("[ab]{3000,}c", "", String(repeating: "a", count: 2999) + "c", 400, ""),
      ("(?:(?=(a+))a)+$|(((a*)*)*)*b", "", "a", 100_000, ""),
    ])
  func givesUp(_ pattern: String, _ start: String, _ unit: String, _ count: Int, _ end: String) throws {
    let text = start + String(repeating: unit, count: count) + end
    let expression = try RegularExpression(pattern: pattern)
    // Given up means that its steps were counted: that bounds the time.
    guard case .gaveUp = expression.firstMatch(in: text) else {
      Issue.record("a search of \(pattern) ended by itself")
      return
    }
    #expect(!expression.matches(text))
    #expect(!expression.matches("%"))
  }

  @Test("The bound holds for all matches of a text together")
  func boundsAllMatches() throws {
    let expression = try RegularExpression(pattern: "a(?=[^x]*$)")
    let found = expression.allMatches(in: String(repeating: "a", count: 200_000))
    #expect(found.gaveUp)
    #expect(!found.matches.isEmpty)
  }

  @Test("A long text that does not provoke the pattern is searched to its end")
  func searchesLongTexts() throws {
    let line = "<div class=\"item\"><a href=\"/page/12\">Some link text, with words</a> and more 1234 here.</div>\n"
    let text = String(repeating: line, count: 50_000) + "mail me: someone@example.com"
    let expression = try RegularExpression(pattern: #"[\w.]+@[\w.]+\.[a-z]+"#)
    #expect(expression.firstMatch(in: text).found?[0] == "someone@example.com")
  }

  @Test("Several tasks search with one expression at once")
  func concurrent() async throws {
    let expression = try RegularExpression(pattern: #"(\d+)-(\d+)"#)
    let sums = await withTaskGroup(of: Int.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<500).reduce(0) { sum, index in
            let match = expression.firstMatch(in: "id \(task)-\(index)").found
            return sum + (match?[1] == "\(task)" && match?[2] == "\(index)" ? 1 : 0)
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(sums == 4000)
  }

  @Test(
    "The description is a literal that reads as the same expression",
    arguments: ["a/b", #"a\/b"#, #"\\/"#, "/x/imsx", "é", "[/]"])
  func describes(_ source: String) throws {
    let expression = try RegularExpression.parse(source).get()
    let again = try RegularExpression.parse(expression.description).get()
    #expect(again.description == expression.description)
    #expect(again.flags == expression.flags)
  }
}
