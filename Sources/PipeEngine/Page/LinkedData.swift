internal import PipeText
internal import PipeWeb

/// The JSON-LD of a page (JSON-LD 1.1, 7): its scripts of that type, as far as they can be read.
enum LinkedData {
  static func documents(in page: DOMDocument) -> [JSONValue] {
    guard let scripts = try? scripts?.select(in: page) else { return [] }
    return scripts.flatMap { script in
      isLinkedData(script[attribute: "type"]) ? JSONValue.values(ofScript: script.textContent) : []
    }
  }

  private static let scripts = try? CSSSelector("script[type*='ld+json' i]")

  /// Whether a script's type is JSON-LD's, spaces around it and parameters behind it aside (WHATWG HTML, 4.12.1.1).
  private static func isLinkedData(_ type: String?) -> Bool {
    guard let essence = type?.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first else {
      return false
    }
    return String(essence).trimmingWhiteSpace().isExactlyInAnyCase("application/ld+json")
  }
}
