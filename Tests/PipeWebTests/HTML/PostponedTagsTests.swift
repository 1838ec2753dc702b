import PipeTesting
import PipeWeb
import Testing

/// Tags are noted, and what they open and close is worked out when it is asked for; that must not show.
struct PostponedTagsTests {
  private static let kinds: [PageFacts.Wanted] = [
    .title, .language, .base, .description, .metas, .canonical, .linkElements, .links, [.links, .linkTexts],
    [.links, .linkRelations], .images, .frames,
    .headings,
  ]

  @Test(arguments: [11, 12, 13] as [UInt64])
  func `However few tags are put off, the facts are the same`(seed: UInt64) {
    var generator = RepeatableRandom(seed: seed)
    for _ in 0..<Effort.times(60) { expectSameFacts(PageScannerBoundsTests.page(&generator)) }
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)), arguments: TreeConstructionTests.files)
  func `However few tags are put off, the facts of the tree construction tests are the same`(file: String) throws {
    for test in try TreeCase.all(in: file) { expectSameFacts(Array(test.data.utf8)) }
  }

  private func expectSameFacts(_ page: [UInt8]) {
    let eager = Self.facts(page, PageReferenceTests.everything, postponed: 0)
    for postponed in [1, 3, 16_384] {
      #expect(Self.facts(page, PageReferenceTests.everything, postponed: postponed) == eager, "\(page)")
    }
    // What else is wanted decides how much is put off.
    for kind in Self.kinds {
      let expected = Self.facts(page, kind, postponed: 0)
      #expect(Self.facts(page, kind, postponed: 16_384) == expected, "\(String(decoding: page, as: UTF8.self))")
    }
  }

  private static func facts(_ page: [UInt8], _ wanted: PageFacts.Wanted, postponed: Int) -> String {
    var limits = PageFacts.Limits()
    limits.postponedTags = postponed
    var scanner = PageScanner(wanted: wanted, limits: limits)
    _ = scanner.feed(page)
    return PageScannerBoundsTests.describe(scanner.finish())
  }
}
