/// The media type parsed last: most pages of a run have the same. Lives in one task or thread.
package final class MediaTypeMemory {
  private var last: KnownMediaType?

  package init() {}

  /// The media type of a Content-Type field's value.
  package func type(of field: String) -> MediaType? {
    if let last, last.field == field { return last.type }
    return remember(KnownMediaType(field)).type
  }

  /// What a Content-Type field's value comes to, by its bytes: of the same value again, nothing is made anew.
  package func known(_ field: UnsafeRawBufferPointer) -> KnownMediaType {
    if let last, last.isOf(field) { return last }
    return remember(KnownMediaType(HTTPFields.text(field), octets: Array(field)))
  }

  private func remember(_ known: KnownMediaType) -> KnownMediaType {
    last = known
    return known
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
