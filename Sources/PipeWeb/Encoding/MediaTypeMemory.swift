/// The media types parsed last: the pages of a run have one or a few. Lives in one task or thread.
package final class MediaTypeMemory {
  /// The last one in front.
  private var known: [KnownMediaType] = []
  private static let capacity = 8

  package init() {}

  /// The media type of a Content-Type field's value.
  package func type(of field: String) -> MediaType? {
    (recall { $0.field == field } ?? remember(KnownMediaType(field))).type
  }

  /// What a Content-Type field's value comes to, by its bytes: of the same value again, nothing is made anew.
  package func known(_ field: UnsafeRawBufferPointer) -> KnownMediaType {
    recall { $0.isOf(field) } ?? remember(KnownMediaType(HTTPFields.text(field), octets: Array(field)))
  }

  private func recall(_ isMeant: (KnownMediaType) -> Bool) -> KnownMediaType? {
    if let last = known.first, isMeant(last) { return last }
    guard let index = known.firstIndex(where: isMeant) else { return nil }
    known.swapAt(0, index)
    return known[0]
  }

  private func remember(_ type: KnownMediaType) -> KnownMediaType {
    if known.count == Self.capacity { known.removeLast() }
    known.insert(type, at: 0)
    return type
  }
}

/// A Content-Type field's value, and all that is asked of it for every page.
package final class KnownMediaType: Sendable {
  /// As text.
  package let field: String
  /// `nil` where it is none.
  package let type: MediaType?
  package let isHTML: Bool
  /// The encoding that a known label of it names.
  package let encoding: CharacterEncoding?
  private let octets: [UInt8]

  fileprivate init(_ field: String, octets: [UInt8]? = nil) {
    self.field = field
    self.octets = octets ?? Array(field.utf8)
    type = MediaType(header: field)
    isHTML = type?.isHTML == true
    encoding = type?.charset.flatMap { CharacterEncoding(label: $0) }
  }

  fileprivate func isOf(_ field: UnsafeRawBufferPointer) -> Bool {
    octets.withUnsafeBytes { octets in
      guard octets.count == field.count else { return false }
      for index in 0..<field.count where octets[index] != field[index] { return false }
      return true
    }
  }
}
