/// The media type parsed last: most pages of a run have the same. Lives in one task or thread.
package final class MediaTypeMemory {
  private var last: (field: String, type: MediaType?)?

  package init() {}

  /// The media type of a Content-Type field's value.
  package func type(of field: String) -> MediaType? {
    if let last, last.field == field { return last.type }
    let type = MediaType(header: field)
    last = (field, type)
    return type
  }
}
