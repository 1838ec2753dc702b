/// A page of a `LinkedSite`: what it answers, and what it leads to, as it is written.
package struct LinkedPage: Sendable {
  package struct Link: Sendable {
    package enum Element: Sendable {
      case a, area, iframe
      /// `link` with this relation.
      case link(rel: String)
      case refresh
    }

    package var href: String
    package var text: String
    package var isNofollow: Bool
    package var element: Element

    init(_ href: String, text: String = "x", isNofollow: Bool = false, _ element: Element = .a) {
      self.href = href
      self.text = text
      self.isNofollow = isNofollow
      self.element = element
    }
  }

  package var status = 200
  /// As it is written in the field.
  package var location: String?
  package var title = ""
  package var text = ""
  /// What links of its elements are relative to.
  package var base: String?
  /// `Link: <…>; rel=next`.
  package var next: String?
  /// Whether the page as a whole says `nofollow`.
  package var isNofollow = false
  /// In the order of the document.
  package var links: [Link] = []

  static func redirect(_ status: Int, to location: String) -> LinkedPage {
    LinkedPage(status: status, location: location, title: "Moved")
  }

  var html: String {
    var head = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    if let base { head += "<base href=\"\(HTMLText.escape(base))\">\n" }
    head += "<title>\(HTMLText.escape(title))</title>\n"
    if isNofollow { head += "<meta name=\"robots\" content=\"nofollow\">\n" }
    // A base that comes later is none.
    if base != nil { head += "<base href=\"/nowhere/\">\n" }
    var body = "<h1>\(HTMLText.escape(title))</h1>\n<p>\(HTMLText.escape(text))</p>\n"
    for link in links {
      let href = HTMLText.escape(link.href)
      let text = HTMLText.escape(link.text)
      let rel = link.isNofollow ? " rel=\"nofollow\"" : ""
      switch link.element {
      case .a: body += "<p><a href=\"\(href)\"\(rel)>\(text)</a></p>\n"
      case .area: body += "<map name=m><area href=\"\(href)\"\(rel) alt=\"\(text)\"></map>\n"
      case .iframe: body += "<iframe src=\"\(href)\"></iframe>\n"
      case .link(let rel): head += "<link rel=\"\(rel)\" href=\"\(href)\">\n"
      case .refresh: head += "<meta http-equiv=\"refresh\" content=\"9; url=\(href)\">\n"
      }
    }
    return head + "</head><body>\n" + body + "</body></html>\n"
  }
}
