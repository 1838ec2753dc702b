import PipeSpec
import Testing

@Suite("Maps of a spec")
struct MapShapeTests {
  private struct Server: Equatable {
    let port: Int
    let name: String
    let isOpen: Bool
  }

  private static let shape = MapShape(
    Key("port", Shape<Int>.int(1...65_535), "Where it listens."),
    Key("name", Shape<String>.string, "What it is called."),
    Key("open", Shape<Bool>.bool, default: false, shown: "false", "Whether all may come."),
    make: { port, name, open in Server(port: port, name: name, isOpen: open) }
  ).shape

  private func decode(_ text: String) throws -> (value: Server?, notes: [String]) {
    let file = SourceFile(name: "a.yaml", text: text)
    var context = DecodingContext(file: file, variables: Variables())
    let value = Self.shape.decode(try #require(Document(reading: file).root), &context)
    return (value, context.diagnostics.ordered().map { "\($0.span.start.column) \($0.code.rawValue)" })
  }

  @Test("all keys make a value")
  func sound() throws {
    let (value, notes) = try decode("{port: 80, name: shop, open: true}")
    #expect(value == Server(port: 80, name: "shop", isOpen: true))
    #expect(notes == [])
  }

  @Test("a faulty value with a default is reported, and the default goes on")
  func standIn() throws {
    let (value, notes) = try decode("{port: 80, name: shop, open: maybe}")
    #expect(value == Server(port: 80, name: "shop", isOpen: false))
    #expect(notes == ["30 wrong-type"])
  }

  @Test("a misspelt key is read as the one that was meant, and nothing is said to be missing")
  func misspelt() throws {
    let (value, notes) = try decode("{prot: 80, nane: shop}")
    #expect(value == Server(port: 80, name: "shop", isOpen: false))
    #expect(notes == ["2 unknown-key", "12 unknown-key"])
  }

  @Test("the value of a misspelt key is checked too")
  func misspeltFault() throws {
    #expect(try decode("{prot: many, name: shop}").notes == ["2 unknown-key", "8 wrong-type"])
  }

  @Test("a key that is there is not read twice")
  func both() throws {
    let (value, notes) = try decode("{port: 80, prot: 81, name: shop}")
    #expect(value?.port == 80)
    #expect(notes == ["12 unknown-key"])
  }

  @Test("every missing key is reported")
  func missing() throws {
    #expect(try decode("{open: true}").notes == ["1 missing-key", "1 missing-key"])
  }

  @Test("what is no map is one fault")
  func noMap() throws {
    #expect(try decode("[port, name]").notes == ["1 wrong-type"])
    #expect(try decode("shop").notes == ["1 wrong-type"])
  }
}
