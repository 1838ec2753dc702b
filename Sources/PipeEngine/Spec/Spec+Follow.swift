internal import PipeSpec

extension Spec {
  /// Sources whose pages lead on in two ways.
  var followFaults: [Diagnostic] {
    guard let crawl else { return [] }
    return sources.compactMap(\.common.follow).map { follow in
      Diagnostic(
        .conflict, at: follow.span, "follow of a source does not go with a crawl yet",
        hint: "remove it; the crawl follows the link to the next page as any other",
        notes: [Diagnostic.Note("the crawl is here", at: crawl.span)])
    }
  }
}
