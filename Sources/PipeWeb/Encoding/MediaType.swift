/// A media type as the Content-Type header gives it, by WHATWG MIME Sniffing 4.4 ("parse a MIME type").
package struct MediaType: Sendable, Hashable, CustomStringConvertible {
  /// In ASCII lower case.
  package let type: String
  /// In ASCII lower case.
  package let subtype: String
  /// In the order of the header, names in ASCII lower case, each once.
  package private(set) var parameters: [Parameter]

  package struct Parameter: Sendable, Hashable {
    package let name: String
    package let value: String
  }

  /// Parses one media type; nil where it is none.
  package init?(_ text: some StringProtocol) {
    var scanner = MediaTypeScanner(text)
    guard let type = scanner.token(until: "/"), scanner.skip("/"),
      let subtype = scanner.token(until: ";")
    else { return nil }
    self.type = type
    self.subtype = subtype
    essence = type + "/" + subtype
    self.parameters = []
    while scanner.skip(";") {
      if let parameter = scanner.parameter(), self[parameter.name] == nil { parameters.append(parameter) }
    }
  }

  /// Parses the value of a Content-Type header, which a confused server may have sent as a list (WHATWG Fetch 2.2.2,
  /// "extract a MIME type"): the last good one counts, and keeps the charset of one before it with the same essence.
  package init?(header: some StringProtocol) {
    var result: MediaType?
    var charset: Parameter?
    for value in MediaTypeScanner.listMembers(header) {
      guard var candidate = MediaType(value), candidate.essence != "*/*" else { continue }
      if candidate.essence != result?.essence { charset = nil }
      if let own = candidate.parameters.first(where: { $0.name == "charset" }) {
        charset = own
      } else if let charset {
        candidate.parameters.append(charset)
      }
      result = candidate
    }
    guard let result else { return nil }
    self = result
  }

  /// `type/subtype`.
  package let essence: String

  /// HTML with the same parameters.
  package var asHTML: MediaType? {
    var type = MediaType("text/html")
    type?.parameters = parameters
    return type
  }

  /// The value of the charset parameter, as written; it may be no label at all.
  package var charset: String? { self["charset"] }

  /// The value of a parameter, by its name in lower case.
  package subscript(name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  /// Whether it says what the content is: servers send some types for want of a better one (WHATWG MIME Sniffing 7).
  package var isUsable: Bool { essence != "unknown/unknown" && essence != "application/unknown" && essence != "*/*" }

  /// Whether this is HTML in XML (WHATWG HTML 14).
  package var isXHTML: Bool { essence == "application/xhtml+xml" }

  /// Whether this is HTML (WHATWG MIME Sniffing 4.6); XHTML is XML.
  package var isHTML: Bool { essence == "text/html" }

  /// Whether this is XML (WHATWG MIME Sniffing 4.6), XHTML, SVG and feeds included.
  package var isXML: Bool { subtype.hasSuffix("+xml") || essence == "text/xml" || essence == "application/xml" }

  /// Whether this is JSON (WHATWG MIME Sniffing 4.6).
  package var isJSON: Bool { subtype.hasSuffix("+json") || essence == "application/json" || essence == "text/json" }

  /// The media type as a header has it (WHATWG MIME Sniffing 4.5).
  package var description: String {
    parameters.reduce(into: essence) { text, parameter in
      let isToken = !parameter.value.isEmpty && parameter.value.unicodeScalars.allSatisfy(\.isHTTPToken)
      if isToken {
        text += ";\(parameter.name)=\(parameter.value)"
      } else {
        text += ";\(parameter.name)=\""
        for scalar in parameter.value.unicodeScalars {
          if scalar == "\"" || scalar == "\\" { text += "\\" }
          text.unicodeScalars.append(scalar)
        }
        text += "\""
      }
    }
  }
}
