internal import PipeText
internal import PipeWeb

/// The JSON-LD of a page (JSON-LD 1.1, 7): its scripts of that type, as far as they can be read.
enum LinkedData {
  /// - Parameter memory: The most bytes that they may take, about.
  /// - Returns: Them, and whether there are all of them.
  static func documents(in page: DOMDocument, memory: Int) -> (values: [JSONValue], isWhole: Bool) {
    guard let scripts = try? scripts?.select(in: page) else { return ([], true) }
    // Scripts in SVG may be nested, and each holds the text of all inside.
    var budget = ValueBudget(bytes: limit)
    var texts: [String] = []
    for script in scripts where isLinkedData(script[attribute: "type"]) {
      texts.append(script.verbatimText(within: &budget))
      if budget.isSpent { break }
    }
    if budget.isSpent { texts.removeLast() }
    // Each has its share of the memory, so that all of them together have no more.
    let count = texts.reduce(1) { $0 + $1.utf8.count }
    var values: [JSONValue] = []
    for text in texts {
      do throws(JSONSyntaxError) {
        let share = Int(Double(memory) * Double(text.utf8.count) / Double(count))
        values += try JSONValue.values(ofScript: text, memory: share)
      } catch {
        return (values, false)
      }
    }
    return (values, !budget.isSpent)
  }

  /// The most bytes of all scripts of a page.
  private static let limit = 16 << 20

  private static let scripts = try? CSSSelector("script[type*='ld+json' i]")

  /// Whether a script's type is JSON-LD's, spaces around it and parameters behind it aside (WHATWG HTML, 4.12.1.1).
  private static func isLinkedData(_ type: String?) -> Bool {
    guard let essence = type?.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first else {
      return false
    }
    return String(essence).trimmingWhiteSpace().isExactlyInAnyCase("application/ld+json")
  }
}
