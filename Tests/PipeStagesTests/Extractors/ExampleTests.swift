import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

struct ExampleTests {
  @Test(arguments: Catalogue.standard.extractors.flatMap { extractor in extractor.examples.map { $0 } })
  func `An extractor's example is a valid field`(example: String) {
    let found = Field.compile(example).diagnostics
    #expect(found.isEmpty, "\(found.map(\.message))")
  }

  /// The files that examples of sources name.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", "https://example.com/\n".utf8)
    for name in ["shop.db", "pages.db"] { try folder.write(name, "SQLite format 3\0".utf8) }
    try folder.write("list.dat", "name;url\na;https://example.com/\n".utf8)
    try folder.write("cities.csv", "city\nBern\n".utf8)
    try folder.write("products.csv", "name,link\na,https://example.com/\n".utf8)
    return folder
  }

  @Test(arguments: Catalogue.standard.sources.flatMap(\.examples))
  func `A source's example is a valid source`(example: String) throws {
    let folder = try Self.folder()
    let pipeline = Pipeline(spec: "sources:\n  - \(example)\n", folder: folder.path)
    #expect(pipeline.diagnostics.isEmpty, "\(pipeline.diagnostics.map(\.message))")
    #expect(pipeline.plan?.sources.count == 1)
  }

  @Test(arguments: Catalogue.standard.sinks.flatMap(\.examples))
  func `A sink's example is a valid sink`(example: String) {
    let pipeline = Pipeline(spec: "sinks:\n  - \(example)\n")
    #expect(pipeline.diagnostics.isEmpty, "\(pipeline.diagnostics.map(\.message))")
    #expect(pipeline.plan?.sinks.count == 1)
  }

  @Test func `Every source and every sink has an example`() {
    #expect(Catalogue.standard.sources.filter(\.examples.isEmpty).map(\.name) == [])
    #expect(Catalogue.standard.sinks.filter(\.examples.isEmpty).map(\.name) == [])
  }

  @Test func `Components have names of their own`() {
    for names in [Catalogue.standard.sources.map(\.name), Catalogue.standard.sinks.map(\.name)] {
      #expect(Set(names).count == names.count)
    }
  }

  @Test func `Extractors have names of their own`() {
    let names = Catalogue.standard.extractors.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func `No extractor has an option of the name that all extractors have one of`() {
    let common = Set(ExtractorOptions.map.keys.map(\.name))
    for extractor in Catalogue.standard.extractors {
      #expect(common.isDisjoint(with: extractor.keys.map(\.name)), "\(extractor.name)")
    }
  }
}
