extension Shape where Value == String {
  /// The path of a file.
  package static var path: Self {
    Shape<ResolvedText>.scalar(.text(name: "a path")) { text throws(ScalarFault) in
      if text.text.isEmpty || text.value == .null {
        throw ScalarFault(.badValue, "must be a path, not \(text.text.isEmpty ? "nothing" : text.text)")
      }
      return text
    }.map { text, node, context in
      if text.text.hasPrefix("~/") {
        context.report(
          .badValue, on: node, "\(context.place) begins with '~', which only a shell replaces",
          hint: "write ${env:HOME}\(excerpt(String(text.text.dropFirst())))")
        return nil
      }
      if isURL(text.text) {
        context.report(
          .badValue, on: node, "\(context.place) is a URL, not the path of a file",
          hint: text.text.hasPrefix("file://") ? "write the path alone" : "name a file of this machine")
        return nil
      }
      if text.text.hasSuffix("/") {
        context.report(.badValue, on: node, "\(context.place) is a folder, not a file", hint: "name the file in it")
        return nil
      }
      return text.text
    }
  }

  /// Whether a text begins with a scheme and `//`.
  private static func isURL(_ text: String) -> Bool {
    let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
    return !scheme.isEmpty && text.utf8.dropFirst(scheme.count).starts(with: "://".utf8)
      && scheme.allSatisfy {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
      }
  }
}
