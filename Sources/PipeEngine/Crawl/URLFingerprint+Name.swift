internal import PipeWeb

extension URLFingerprint {
  /// What a name of a page's element is compared by.
  init(_ name: String, key: Key) { self.init(Array(name.utf8).span, key: key) }
}
