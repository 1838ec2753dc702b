/// The tag of a node, against the core schema's (YAML 1.2.2, 10.3).
struct NodeTag {
  private let tag: String?
  private let isWritten: Bool

  private static let prefix = "tag:yaml.org,2002:"

  /// - Parameters:
  ///   - tag: As libyaml resolved it; `nil` also for the non-specific `!` of a scalar.
  ///   - isWritten: Whether the source has any tag.
  init(_ tag: String?, isWritten: Bool) {
    self.tag = tag
    self.isWritten = isWritten
  }

  /// The name in the core schema: `str` for `!!str`.
  private var coreName: String? {
    guard let tag, tag.hasPrefix(Self.prefix) else { return nil }
    let name = String(tag.dropFirst(Self.prefix.count))
    return ["null", "bool", "int", "float", "str", "seq", "map"].contains(name) ? name : nil
  }

  /// Whether the core schema does not know it.
  var isForeign: Bool { tag != nil && tag != "!" && coreName == nil }

  /// As a person writes it.
  var shown: String {
    guard let tag else { return "!" }
    return tag.hasPrefix(Self.prefix) ? "!!" + tag.dropFirst(Self.prefix.count) : tag
  }

  /// A scalar's value; `nil` where the tag is foreign or says something else.
  func value(of text: String, _ style: Scalar.Style) -> Scalar.Value? {
    // The non-specific tag `!` makes a string (YAML 1.2.2, 6.9.1).
    guard let tag, tag != "!" else {
      return style == .plain && !isWritten ? CoreSchema.value(of: text) : .string
    }
    let value = CoreSchema.value(of: text)
    switch (coreName, value) {
    case ("str", _): return .string
    case ("null", .null), ("bool", .bool), ("int", .int), ("float", .float): return value
    case ("float", .int(let number)): return .float(Double(number))
    default: return nil
    }
  }

  func fits(isMapping: Bool) -> Bool { tag == nil || tag == "!" || coreName == (isMapping ? "map" : "seq") }
}
