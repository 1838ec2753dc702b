/// Reads the facts of a page from its bytes as they arrive, and stops as soon as the wanted ones are known.
///
/// The bytes are in any encoding that agrees with ASCII; UTF-16 and ISO-2022-JP are transcoded to UTF-8 first.
package struct PageScanner: ~Copyable {
  private var tokenizer: HTMLTokenizer<PageCollector>

  package init(wanted: PageFacts.Wanted, limits: PageFacts.Limits = PageFacts.Limits()) {
    var tokenizerLimits = HTMLTokenizerLimits()
    // One byte more tells what is too large.
    tokenizerLimits.value = limits.value + 1
    tokenizer = HTMLTokenizer(handler: PageCollector(wanted: wanted, limits: limits), limits: tokenizerLimits)
  }

  /// Reads the next bytes, cut anywhere.
  ///
  /// - Returns: false once every wanted fact is known for good, so that the rest need not be fed.
  package mutating func feed(_ chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    if tokenizer.handler.isFinished { return false }
    return tokenizer.handler.wantsPlaces ? feedCountingLines(chunk) : tokenizer.feed(chunk)
  }

  private mutating func feedCountingLines(_ chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = chunk.first else { return true }
    tokenizer.handler.lines.enter(chunk, continuesTag: tokenizer.continuesTag(with: first))
    let goesOn = tokenizer.feed(chunk)
    tokenizer.handler.lines.leave(inTag: tokenizer.unfinishedTagStart)
    return goesOn
  }

  package mutating func feed(_ chunk: [UInt8]) -> Bool {
    chunk.withUnsafeBufferPointer { feed($0) }
  }

  /// What a meta element has declared so far.
  package var declaredEncoding: CharacterEncoding? { tokenizer.handler.facts.encoding }

  /// Whether all that is wanted is known but for the encoding.
  package var lacksEncodingAlone: Bool { tokenizer.handler.open == .encoding }

  /// The encoding is no longer wanted.
  package mutating func leaveEncoding() { tokenizer.handler.leave(.encoding) }

  /// The end of the page: the facts.
  package mutating func finish() -> PageFacts {
    tokenizer.end()
    tokenizer.handler.finish()
    // Taken out instead of copied: a dozen arrays.
    return exchange(&tokenizer.handler.facts, with: PageFacts())
  }
}
