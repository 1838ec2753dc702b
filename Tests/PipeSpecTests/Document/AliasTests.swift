import PipeSpec
import Testing

struct AliasTests {
  @Test func everyPartOfAnAliasedNodeStandsAtTheAlias() throws {
    let document = Document("a: &x {b: [c]}\nd: *x\n")
    let aliased = try #require(document.root?["d"])
    #expect(Set(aliased.all.map(\.span.brief)) == ["2:4-2:6"])
    #expect(aliased.all.compactMap(\.anchored).map { document.file.text($0) } == ["{b: [c]}", "b", "[c]", "c"])
    #expect(document.root?["a"]?.all.allSatisfy { $0.anchored == nil } == true)
  }

  @Test func theAnchorThatBeganLastCounts() {
    let document = Document("- &a 1\n- *a\n- &a 2\n- *a\n- &a [&a 3, *a]\n- *a\n")
    #expect(document.root?.items.last?.scalar?.text == "3")
    #expect(document.root?.items[1].scalar?.text == "1")
    #expect(document.root?.items[3].scalar?.text == "2")
  }

  @Test func anUnknownAliasIsAFaultAndReadingGoesOn() {
    let document = Document("a: &headers 1\nb: *header\nc: *header\nd: 1\nd: 2\n")
    let expected = [
      "yaml-syntax 2:4-2:11 no anchor '&header' stands before this alias",
      "yaml-syntax 3:4-3:11 no anchor '&header' stands before this alias", "duplicate-key 5:1-5:2 duplicate key 'd'",
    ]
    #expect(document.diagnostics.map(\.brief) == expected)
    #expect(document.diagnostics.first?.hint == "did you mean '*headers'?")
    #expect(document.root == nil)
  }

  @Test func anAliasInsideItsOwnNodeIsRefused() {
    let document = Document("a: &x [b, {c: *x}]\n")
    #expect(document.diagnostics.map(\.brief) == ["yaml-syntax 1:15-1:17 '*x' contains itself"])
    #expect(document.root == nil)
  }

  @Test func aBillionLaughsAreRefusedAtTheAlias() {
    var yaml = "- &a0 lol\n"
    for level in 1...9 {
      yaml += "- &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let document = Document(yaml)
    #expect(document.diagnostics.count == 1)
    #expect(document.diagnostics.first?.message == "the aliases up to here stand for too much")
    #expect(document.diagnostics.first?.span.start.line == 6)
    #expect(document.root == nil)
  }

  @Test func aliasesMayStandForAMebibyteOfText() {
    let text = String(repeating: "x", count: 1 << 18)
    #expect(Document("- &a \(text)\n- [*a, *a, *a, *a]\n").diagnostics.isEmpty)
    #expect(Document("- &a \(text)\n- [*a, *a, *a, *a, *a]\n").diagnostics.first?.span.brief == "2:20-2:22")
  }

  @Test func mergeKeysAreBoundedAsWell() {
    var yaml = "- &m0 {" + (0..<50).map { "k\($0): v" }.joined(separator: ", ") + "}\n"
    for _ in 1...3000 { yaml += "- {<<: *m0}\n" }
    #expect(Document(yaml).diagnostics.map(\.message) == ["the aliases up to here stand for too much"])
  }

  @Test func nestingIsBounded() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(Document(nested(64)).diagnostics.isEmpty)
    #expect(Document(nested(65)).diagnostics.map(\.brief) == ["yaml-syntax 1:65-1:65 nested deeper than 64 levels"])
    #expect(Document(String(repeating: "[", count: 1 << 20)).diagnostics.count == 1)
    #expect(Document(String(repeating: "- ", count: 1 << 16)).diagnostics.count == 1)
    #expect(Document(String(repeating: "? ", count: 1 << 16)).diagnostics.count == 1)
    #expect(Document(String(repeating: "{a: ", count: 1 << 16)).diagnostics.count == 1)
  }

  @Test func nestingThroughAliasesIsBounded() {
    let yaml = "- &a " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "\n- "
    let fits = yaml + String(repeating: "[", count: 23) + "*a" + String(repeating: "]", count: 23)
    #expect(Document(fits).diagnostics.isEmpty)
    let exceeds = yaml + String(repeating: "[", count: 24) + "*a" + String(repeating: "]", count: 24)
    #expect(Document(exceeds).diagnostics.map(\.message) == ["nested deeper than 64 levels"])
  }
}
