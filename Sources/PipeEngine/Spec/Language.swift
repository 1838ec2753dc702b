package import PipeSpec

/// What a spec may say, with the components of a catalogue: made once, used for every spec.
package struct Language: Sendable {
  package let catalogue: Catalogue
  /// The keys at the top of a spec; everything else that may be said hangs below them.
  package let keys: [KeyDescription]
  let shape: Shape<Spec>

  package init(_ catalogue: Catalogue) {
    let map = Spec.map(catalogue)
    self.catalogue = catalogue
    keys = map.keys
    shape = map.shape
  }
}
