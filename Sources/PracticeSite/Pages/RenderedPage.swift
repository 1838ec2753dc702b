import NIOCore

/// A page as it goes over the wire, with what a correct extractor must find in it.
struct RenderedPage: Sendable {
  /// The body, in the page's own encoding.
  let body: ByteBuffer
  /// The value of the header Content-Type.
  let contentType: String
  let facts: PageFacts
}

/// What the generator knows of a page.
struct PageFacts: Sendable {
  let path: String
  let title: String
  let language: String
  let charset: String
  let contentType: String
  let description: String
  /// The path of the canonical link; the page writes it relative to the site.
  let canonical: String
  /// Bytes of the body.
  let length: Int
  /// The `a` elements with an `href`; no two have the same target, and every target is an http or https URL.
  let links: Int
}
