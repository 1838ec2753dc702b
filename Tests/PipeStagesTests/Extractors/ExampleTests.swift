import PipeEngine
import PipeSpec
import PipeStages
import Testing

struct ExampleTests {
  @Test(arguments: Catalogue.standard.extractors.flatMap { extractor in extractor.examples.map { $0 } })
  func `An extractor's example is a valid field`(example: String) {
    let found = Field.compile(example).diagnostics
    #expect(found.isEmpty, "\(found.map(\.message))")
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
