/// The pseudo-classes that tell an element's state (WHATWG HTML 4.16.3), as a browser has it before anybody clicks or
/// types and before a script has run.
enum ElementState: String, Sendable {
  case link, anyLink = "any-link"
  case checked, `default`, indeterminate
  case enabled, disabled
  case readOnly = "read-only", readWrite = "read-write"
  case required, optional
  case placeholderShown = "placeholder-shown"
  case inRange = "in-range", outOfRange = "out-of-range"
  case open, defined
  case target, targetWithin = "target-within"

  /// Those that need a person, a script or a player, and so match nothing.
  static let never: Set<String> = [
    "visited", "hover", "active", "focus", "focus-within", "focus-visible", "autofill", "user-valid", "user-invalid",
    "modal", "fullscreen", "popover-open", "picture-in-picture", "current", "past", "future", "host",
  ]

  /// Those of the standard that are not there, and why.
  static let refused: [String: String] = [
    "valid": constraints, "invalid": constraints,
    "playing": media, "paused": media, "seeking": media, "buffering": media, "stalled": media, "muted": media,
    "volume-locked": media,
    "blank": browsers, "local-link": browsers, "nth-col": browsers, "nth-last-col": browsers,
  ]
  private static let constraints = "it depends on the patterns of the page's form, which are regular expressions"
  private static let media = "nothing is played"
  private static let browsers = "browsers do not have it either"
}

/// A language range (RFC 4647 2.2), which `:lang()` compares by extended filtering.
struct LanguageRange: Sendable {
  /// In lower case; none for the empty range, which is for elements of no known language.
  private let subtags: [[UInt8]]

  init(_ range: [UInt8]) {
    subtags =
      range.isEmpty
      ? [] : range.map(HTMLBytes.lowercased).split(separator: dash, omittingEmptySubsequences: false).map(Array.init)
  }

  /// RFC 4647 3.3.2, case aside.
  func matches(_ language: some Collection<UInt8>) -> Bool {
    guard let first = subtags.first else { return language.isEmpty }
    if language.isEmpty { return false }
    var tags = language.map(HTMLBytes.lowercased).split(separator: dash, omittingEmptySubsequences: false)[...]
    guard let primary = tags.popFirst(), first == any || primary.elementsEqual(first) else { return false }
    for subtag in subtags.dropFirst() where subtag != any {
      while true {
        guard let tag = tags.popFirst() else { return false }
        if tag.elementsEqual(subtag) { break }
        // What follows a singleton belongs to an extension.
        if tag.count == 1 { return false }
      }
    }
    return true
  }
}

private let dash = UInt8(ascii: "-")
private let any = [UInt8(ascii: "*")]
