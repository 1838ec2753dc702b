import PipeEngine
import PipeSpec
import PipeWeb

/// `hash`: a short form of the content, to tell whether it changed.
struct HashExtractor: Extractor {
  enum Algorithm: String, CaseIterable, Sendable {
    case sha256, md5, simhash
  }

  let algorithm: Algorithm

  static let component = Component<any Extractor>(
    .extractor, "hash",
    "A hash of the content in hexadecimal digits, to find pages that are equal or nearly equal; of an item (each), a hash of its text, or of its JSON.",
    options: MapShape(
      main: "algorithm",
      Key(
        "algorithm",
        .choice {
          switch $0 {
          case .sha256: "of the content's bytes, its codings undone (FIPS 180-4)"
          case .md5: "of the same, for comparing with lists that have it (RFC 1321); it does not withstand forgery"
          case .simhash:
            "64 bits of the text's words; of texts that differ little, few of the bits differ (Charikar 2002)"
          }
        },
        default: Algorithm.sha256, shown: "sha256", "Which hash."),
      make: HashExtractor.init),
    standsAlone: true, examples: ["hash", "hash: simhash"],
    make: { $0 })

  let type = FieldType.string
  let readsItem = true

  init(algorithm: Algorithm) { self.algorithm = algorithm }

  var needs: PageNeeds { PageNeeds(content: algorithm == .simhash ? .dom : .whole) }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let response = page.response else { return .null }
    if let item = page.item { return try hash(of: item) }
    let body = response.body
    switch algorithm {
    case .simhash:
      // All of the text counts, however long a field may be; of one body it is no longer than the page.
      var budget = ValueBudget(bytes: .max >> 1)
      let text = page.readableText(within: &budget) ?? (page.isText ? page.text : nil)
      if budget.isOutOfSteps { throw ExtractionFault("it takes too many steps on this page") }
      return Value(text.flatMap { SimilarityHash($0) }?.description)
    case .sha256, .md5: return try digest(of: body)
    }
  }

  /// Of an item there are no bytes but those of its text, or of its JSON.
  private func hash(of item: PageItem) throws(ExtractionFault) -> Value {
    var budget = ValueBudget(bytes: .max >> 1)
    let text =
      switch item.content {
      case .node(let node): node.readableText(within: &budget)
      case .json(let value): value.serialized(within: &budget) ?? ""
      }
    if budget.isOutOfSteps { throw ExtractionFault("it takes too many steps on this page") }
    return algorithm == .simhash ? Value(SimilarityHash(text)?.description) : try digest(of: Array(text.utf8))
  }

  private func digest(of bytes: [UInt8]) throws(ExtractionFault) -> Value {
    guard let digest = (algorithm == .md5 ? Digest.md5 : .sha256).text(of: bytes) else {
      throw ExtractionFault("this system's OpenSSL does not allow \(algorithm.rawValue)")
    }
    return .string(digest)
  }
}
