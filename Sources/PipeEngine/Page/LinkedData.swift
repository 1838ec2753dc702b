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
    var values: [JSONValue] = []
    for script in scripts where isLinkedData(script[attribute: "type"]) {
      let text = script.verbatimText(within: &budget)
      do throws(JSONSyntaxError) {
        if budget.isSpent { return (values, false) }
        values += try JSONValue.values(ofScript: text, memory: memory)
      } catch {
        return (values, false)
      }
    }
    return (values, true)
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
