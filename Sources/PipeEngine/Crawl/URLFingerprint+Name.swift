internal import PipeWeb

extension URLFingerprint {
  /// What a name of a page's element is compared by.
  init(_ name: String, key: Key) { self.init(Array(name.utf8).span, key: key) }

  /// What a request is compared by that is more than a GET for its URL.
  init(of id: RequestID, key: Key) { self.init("\(id.source) \(id.ordinal)", key: key) }
}
