package import PipeSpec

/// The components that a spec can name. A value that is handed on, so that tests can have another.
package struct Catalogue: Sendable {
  package let sources: [Component<any Source>]
  package let extractors: [Component<any Extractor>]
  package let sinks: [Component<any Sink>]

  package init(
    sources: [Component<any Source>], extractors: [Component<any Extractor>], sinks: [Component<any Sink>]
  ) {
    self.sources = sources
    self.extractors = extractors
    self.sinks = sinks
  }

  /// An extractor that may stand alone, by its name.
  func standing(_ name: String) -> (any Extractor)? {
    extractors.first { $0.name == name && $0.standsAlone }?.plain
  }
}
