import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

/// JSON-LD of real pages, against what another extractor finds in them.
@Suite(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct LinkedDataTests {
  @Test(arguments: [
    "custom.invalid/JSONLD_with_JS_comment", "custom.invalid/JSONLD_with_control_characters",
    "custom.invalid/JSONLD_with_control_characters_comment", "misc/null_ld_mock", "schema.org.invalid/JoinAction.001",
    "songkick/Maxïmo Park Gigography, Tour History & Past Concerts", "songkick/jsonld_empty_item_test",
  ])
  func `A page has the JSON-LD that others find in it`(name: String) throws {
    let page = try Corpus.bytes("html-extruct/\(name).html")
    let expected = try JSONValue(parsing: try Corpus.text("html-extruct/\(name).jsonld"))
    let (value, _) = try Field("json: {path: $, in: json-ld, all: true}").value(bytes: page, type: "text/html")
    guard case .list(let found) = value else {
      Issue.record("no list")
      return
    }
    var documents: Set<String> = []
    for case .json(let text) in found { documents.formUnion(try JSONValue(parsing: text).documents) }
    let agrees = !expected.documents.isEmpty && documents.isSuperset(of: expected.documents)
    #expect(agrees)
  }
}

extension JSONValue {
  /// The documents in a list, or in a list of lists: the other one takes lists apart.
  fileprivate var documents: [String] {
    switch self {
    case .array(let elements): elements.flatMap(\.documents)
    case .object(let object): object["items"]?.documents ?? [sorted]
    default: [sorted]
    }
  }

  /// The text of the value, members in the order of their names.
  fileprivate var sorted: String {
    switch self {
    case .array(let elements): "[\(elements.map(\.sorted).joined(separator: ","))]"
    case .object(let object):
      "{\(object.members.map { "\($0.name):\($0.value.sorted)" }.sorted().joined(separator: ","))}"
    default: serialized
    }
  }
}
