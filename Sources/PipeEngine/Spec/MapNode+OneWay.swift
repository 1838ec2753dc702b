internal import PipeSpec

extension MapNode {
  /// Whether one of several keys is there, each of which is a way to do the same. Reports it if there is none, or more.
  ///
  /// - Parameters:
  ///   - done: What is done in that way: `items are found`.
  ///   - missing: What is said of the map if there is none: `does not say what an item is`.
  func hasOneWay(
    of names: [String], for done: String, missing: String, hint: String,
    _ context: inout DecodingContext
  ) -> Bool {
    let written = names.compactMap { entry($0) }
    if written.count == 1 { return true }
    if written.isEmpty {
      context.report(.missingKey, at: span, "\(context.place) \(missing)", hint: hint)
    } else {
      context.report(
        .conflict, at: written[1].key.span, "\(done) in one way, and there are two", hint: "remove one of them",
        notes: [Diagnostic.Note("the other is here", at: written[0].key.span)])
    }
    return false
  }
}
