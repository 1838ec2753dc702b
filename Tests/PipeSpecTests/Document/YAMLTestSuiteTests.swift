import PipeSpec
import PipeTesting
import Testing

@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct YAMLTestSuiteTests {
  /// Valid documents that are refused; the reader is libyaml 0.2.5, which reads YAML 1.1.
  static let refused: [String: String] = [
    "2JQS": "libyaml takes no empty key at the start of a line",
    "2SXE": "libyaml ends the name of an anchor before a colon",
    "4ABK": "libyaml takes no adjacent colon without a value in a flow map",
    "652Z": "libyaml takes the '?' of a flow scalar for an indicator",
    "7Z25": "libyaml takes no bare document after '...'",
    "9SA2": "libyaml takes no implicit key over several lines",
    "A2M4": "libyaml takes no tab after '-'",
    "DBG4": "libyaml takes no flow scalar that begins with ':'",
    "DK3J": "libyaml takes no block scalar without indentation",
    "DK95/00": "libyaml takes no tab after the indentation",
    "DK95/03": "libyaml takes no tab on a blank line",
    "DK95/04": "libyaml takes no tab on a blank line",
    "FP8R": "libyaml takes no block scalar without indentation",
    "HM87/00": "libyaml takes no flow scalar that begins with ':'",
    "HM87/01": "libyaml takes the '?' of a flow scalar for an indicator",
    "K3WX": "libyaml takes no comment between a flow key and its colon",
    "M2N8/00": "libyaml takes no empty key at the start of a line",
    "M7A3": "libyaml takes no bare document after '...'",
    "MUS6/05": "libyaml refuses reserved directives instead of ignoring them",
    "MUS6/06": "libyaml refuses reserved directives instead of ignoring them",
    "NHX8": "libyaml takes no empty key at the start of a line",
    "NKF9": "libyaml takes no empty key at the start of a line",
    "S3PD": "libyaml takes no empty key at the start of a line",
    "SM9W/01": "libyaml takes no empty key at the start of a line",
    "UT92": "libyaml takes no implicit key over several lines",
    "VJP3/01": "libyaml takes no implicit key over several lines",
    "X38W": "the two keys are equal, an alias and its anchor; the suite does not compare keys",
    "Y2GN": "libyaml ends the name of an anchor before a colon",
  ]

  /// Invalid documents that are read.
  static let accepted: [String: String] = [:]

  @Test func everyCaseOfTheSuiteIsFound() {
    #expect(YAMLTestSuite.cases.count > 150)
    let known = Set(YAMLTestSuite.cases.map(\.id))
    #expect(Set(Self.refused.keys).union(Self.accepted.keys).subtracting(known) == [])
  }

  @Test(arguments: YAMLTestSuite.valid)
  func aValidDocumentReadsToItsJSON(_ example: YAMLTestSuite.Case) {
    let stream = DocumentStream(reading: example.source)
    let expected = example.json.flatMap { JSONValue.all(in: $0) }
    let isRead = stream.diagnostics.isEmpty && expected.map { $0 == stream.roots.map { JSONValue($0) } } ?? true
    #expect(isRead == (Self.refused[example.id] == nil), "\(stream.diagnostics) \(stream.roots)")
  }

  /// What is not read right is refused with a diagnostic, never taken for something else.
  @Test(arguments: YAMLTestSuite.valid.filter { refused[$0.id] != nil })
  func whatCannotBeReadIsRefused(_ example: YAMLTestSuite.Case) {
    #expect(!DocumentStream(reading: example.source).diagnostics.isEmpty)
  }

  @Test(arguments: YAMLTestSuite.invalid)
  func anInvalidDocumentIsRefusedWithAPlace(_ example: YAMLTestSuite.Case) {
    let stream = DocumentStream(reading: example.source)
    #expect(stream.diagnostics.isEmpty == (Self.accepted[example.id] != nil))
    for diagnostic in stream.diagnostics {
      #expect(diagnostic.code == .yamlSyntax)
      #expect((0...example.source.bytes.count).contains(diagnostic.span.start.offset))
      #expect(diagnostic.span.start <= diagnostic.span.end)
      #expect(!diagnostic.message.hasPrefix("this is not YAML:"), "libyaml's own words: \(diagnostic.message)")
    }
  }
}
