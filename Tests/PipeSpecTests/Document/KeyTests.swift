import PipeSpec
import Testing

struct KeyTests {
  @Test func everyDuplicateIsReportedWithThePlaceOfTheFirst() throws {
    let document = Document("a: 1\nb: {c: 1, 'c': 2}\na: 2\n\"a\": 3\n")
    let expected = [
      "duplicate-key 2:11-2:14 duplicate key 'c'", "duplicate-key 3:1-3:2 duplicate key 'a'",
      "duplicate-key 4:1-4:4 duplicate key 'a'",
    ]
    #expect(document.diagnostics.map(\.brief) == expected)
    #expect(document.diagnostics.map { $0.notes.map(\.span.brief) } == [["2:5-2:6"], ["1:1-1:2"], ["1:1-1:2"]])
    // The first one counts, so that the rest of the file can still be checked.
    #expect(document.root?["a"]?.scalar?.value == .int(1))
    #expect(document.root?.entries.count == 2)
  }

  static let pairs: [(yaml: String, isDuplicate: Bool)] = [
    ("1: a\n'1': b\n", false), ("1: a\n0x1: b\n", true), ("1: a\n1.0: b\n", false), ("~: a\nnull: b\n", true),
    ("true: a\nTrue: b\n", true), (".nan: a\n.NaN: b\n", true), ("a: 1\nA: 2\n", false), ("'': 1\n~: 2\n", false),
    ("? [a, {b: c}]\n: 1\n? [a, {'b': \"c\"}]\n: 2\n", true), ("? {a: 1, b: 2}\n: 1\n? {b: 2, a: 1}\n: 2\n", true),
    ("? [a]\n: 1\n? [b]\n: 2\n", false), ("&x a: 1\n*x : 2\n", true), ("\u{E9}: 1\ne\u{301}: 2\n", false),
    ("K: 1\n\u{212A}: 2\n", false), ("e\u{301}: 1\n\"e\\u0301\": 2\n", true),
  ]

  @Test(arguments: pairs.indices)
  func keysAreTheSameWhenTheirValuesAre(_ index: Int) {
    let pair = Self.pairs[index]
    #expect(Document(pair.yaml).diagnostics.map(\.code) == (pair.isDuplicate ? [.duplicateKey] : []), "\(pair.yaml)")
  }

  @Test func aKeyMayBeAnyNode() {
    let keys = Document("? [a, b]\n: c\n? {d: e}\n: f\n").root?.entries.map(\.key)
    #expect(keys?.first?.items.count == 2)
    #expect(keys?.last?.entries.count == 1)
  }

  @Test func mergedEntriesStandAtTheAliasAndKnowWhereTheyWereWritten() throws {
    let document = Document("x: &x {a: 1, b: 2}\ny:\n  a: 3\n  <<: *x\n  c: 4\n")
    #expect(document.diagnostics.isEmpty)
    let merged = try #require(document.root?["y"])
    #expect(merged.entries.compactMap(\.key.scalar?.text) == ["a", "b", "c"])
    #expect(merged["a"]?.scalar?.value == .int(3))
    let entry = merged.entries[1]
    #expect(entry.key.span.brief == "4:7-4:9")
    #expect(entry.key.anchored?.brief == "1:14-1:15")
    #expect(entry.value.span.brief == "4:7-4:9")
    #expect(entry.value.anchored?.brief == "1:17-1:18")
    #expect(merged.span.brief == "3:3-5:7")
  }

  @Test func explicitKeysWinThenEarlierMaps() {
    let yaml = "- &a {k: 1, l: 1}\n- &b {k: 2, l: 2, m: 2}\n- <<: [*a, *b, {n: 5}]\n  l: 3\n"
    let merged = Document(yaml).root?.items.last
    #expect(
      merged?.entries.map { "\($0.key.scalar?.text ?? "")\($0.value.scalar?.text ?? "")" } == ["k1", "m2", "n5", "l3"])
  }

  @Test func aMergeKeyInAMergedMapIsFollowed() {
    let merged = Document("- &a {k: 1}\n- &b {<<: *a, l: 2}\n- {<<: *b}\n").root?.items.last
    #expect(merged?.entries.compactMap(\.key.scalar?.text) == ["k", "l"])
    #expect(merged?["k"]?.anchored?.brief == "1:10-1:11")
  }

  @Test func aMergeOfSomethingElseIsAWrongType() {
    let document = Document("a: {<<: 1}\nb: {<<: [{c: d}, e]}\nf: {<<: {}, <<: {}}\n'<<': g\n")
    let expected = [
      "wrong-type 1:9-1:10 '<<' takes a map or a list of maps, not a number",
      "wrong-type 2:18-2:19 '<<' takes a map or a list of maps, not a string",
      "duplicate-key 3:13-3:15 duplicate key '<<'",
    ]
    #expect(document.diagnostics.map(\.brief) == expected)
    #expect(document.root?["<<"]?.scalar?.text == "g")
  }
}
