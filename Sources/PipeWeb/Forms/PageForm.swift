/// A form of a page, as a browser would send it before anybody has typed anything (WHATWG HTML 4.10.22).
package struct PageForm: Sendable {
  struct Control: Sendable {
    /// Empty for a button that is not sent.
    let name: String
    let value: String
    /// Whether its value is sent: not that of an unchecked box.
    let isSent: Bool
    /// What a button that sends the form says of where and how; `nil` for everything else.
    let button: Sending?
  }

  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  enum Encoding: String, Sendable {
    case urlEncoded = "application/x-www-form-urlencoded"
    case multipart = "multipart/form-data"
    case plain = "text/plain"
  }

  /// Where and how a form is sent.
  struct Sending: Sendable {
    /// As it is written; empty for the page's own URL.
    var action = ""
    var method = Method.get
    var encoding = Encoding.urlEncoded
  }

  var sending = Sending()
  var controls: [Control] = []
  /// The encoding of names and values.
  var characters = CharacterEncoding.utf8

  /// The names of its controls, each once.
  package var names: [String] {
    var seen: Set<[UInt8]> = []
    return controls.map(\.name).filter { !$0.isEmpty && seen.insert(Array($0.utf8)).inserted }
  }

  /// Whether it has controls of all of these names.
  package func has(_ names: some Sequence<String>) -> Bool {
    let own = Set(controls.map { Array($0.name.utf8) })
    return names.allSatisfy { own.contains(Array($0.utf8)) }
  }

  /// The form as it is sent with some of its fields filled in, all of which it has.
  ///
  /// - Parameters:
  ///   - base: What the action is relative to.
  ///   - page: The URL of the page.
  ///   - boundary: What sets the parts of multipart content apart; it occurs in none of them.
  package func filled(
    with values: [(name: String, value: String)], base: WebURL, page: WebURL, boundary: String
  ) throws(WebURL.Failure) -> FilledForm {
    var rest = values.map { (name: Array($0.name.utf8), value: $0.value) }
    let filledNames = Set(rest.map(\.name))
    // A button that is named is pressed; otherwise the first one is, as by the enter key (4.10.22.2).
    let pressed =
      controls.firstIndex { $0.button != nil && filledNames.contains(Array($0.name.utf8)) }
      ?? controls.firstIndex { $0.button != nil }
    var entries: [(name: String, value: String)] = []
    for (index, control) in controls.enumerated() where !control.name.isEmpty {
      let name = Array(control.name.utf8)
      if let place = rest.firstIndex(where: { $0.name == name }) {
        entries.append((control.name, rest.remove(at: place).value))
      } else if !filledNames.contains(name), control.button == nil ? control.isSent : index == pressed {
        let isCharset = control.name.asciiLowercased == "_charset_"
        entries.append((control.name, isCharset ? characters.nameOfOutput : control.value))
      }
    }
    let sending = pressed.flatMap { controls[$0].button } ?? sending
    let target = sending.action.isEmpty ? page : try WebURL(parsing: sending.action, base: base)
    let content = FormContent(entries, in: characters)
    switch sending.method {
    case .get:
      let path = target.hrefWithoutFragment.prefix { $0 != "?" }
      let query = String(decoding: content.urlEncoded, as: UTF8.self)
      return FilledForm(url: try WebURL(parsing: "\(path)?\(query)"), method: .get, content: nil, contentType: nil)
    case .post:
      let type = sending.encoding.rawValue
      return FilledForm(
        url: target, method: .post, content: content.bytes(in: sending.encoding, boundary: boundary),
        contentType: sending.encoding == .multipart ? "\(type); boundary=\(boundary)" : type)
    }
  }
}

/// A form as it is sent.
package struct FilledForm: Sendable {
  package let url: WebURL
  package let method: PageForm.Method
  /// `nil` with GET, whose fields are in the URL.
  package let content: [UInt8]?
  package let contentType: String?
}
