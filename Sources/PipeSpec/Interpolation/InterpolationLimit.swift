/// The bounds of what `${…}` brings into a spec, so that a small file cannot stand for a huge one: variables may be made
/// of variables.
enum InterpolationLimit {
  /// Bytes of UTF-8 that all `${…}` of a spec bring together.
  static let bytes = 16 << 20
}
