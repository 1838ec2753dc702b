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
      if text.text.hasSuffix("/") {
        context.report(.badValue, on: node, "\(context.place) is a folder, not a file", hint: "name the file in it")
        return nil
      }
      return text.text
    }
  }
}
