package import PipeSpec
package import PipeWeb
internal import Synchronization

/// Looks at the page of a trial when all of its fields have been read. A field that is always null.
package final class TriedPage: Extractor {
  /// What there is to tell of a page besides its fields.
  package struct Facts: Sendable {
    /// What answered, or was asked last.
    package let url: WebURL?
    /// The URLs that redirected.
    package let redirects: [WebURL]
    package let status: Int?
    package let version: HTTPVersion?
    package let contentType: String?
    package let length: Int?
    package let isTruncated: Bool
    package let address: IPAddress?
    package let elapsed: Duration
    package let attempts: Int
    /// Why it could not be fetched whole.
    package let error: RequestError?
    /// Those of the fields: of each record, of the first ones.
    fileprivate(set) var faults: [[(field: String, fault: ExtractionFault)]]
  }

  /// The records that are looked at where a page makes several.
  static let mostItems = 100

  package let type = FieldType.bool
  package let comesLast = true
  private let storage = Mutex<Facts?>(nil)

  /// `nil` before it was read. A page that is read again for want of memory is looked at again.
  var facts: Facts? { storage.withLock { $0 } }

  package func extract(_ page: Page) throws(ExtractionFault) -> Value {
    let (request, response) = (page.request, page.response)
    let facts = Facts(
      url: request.url, redirects: request.trail.map(\.url), status: response?.status, version: response?.version,
      contentType: response?.contentType, length: response?.length, isTruncated: response?.isTruncated ?? false,
      address: response?.address, elapsed: request.spent + page.fetched.timing.elapsed,
      attempts: page.fetched.attempts, error: page.fetched.error, faults: [page.faults])
    let isFirst = page.item.map { $0.number == 1 } ?? true
    storage.withLock { known in
      // What is behind the items is the record of what is wrong with the page.
      if let before = known, !isFirst || page.item == nil && page.isOK && !before.faults.isEmpty {
        if before.faults.count < Self.mostItems { known?.faults += facts.faults }
      } else {
        known = facts
      }
    }
    return .null
  }
}
