internal import CLibxml2
internal import PipeText

extension PageForm {
  /// Controls that are looked at; no form that people fill in has so many.
  private static let mostControls = 10_000

  /// The forms of a page, in its order.
  ///
  /// - Parameter encoding: That of the page.
  package static func all(in document: DOMDocument, encoding: CharacterEncoding) -> [PageForm] {
    var reader = FormReader()
    guard let root = document.root?.pointer else { return [] }
    reader.findForms(in: root)
    reader.findControls(in: root, limit: mostControls)
    return reader.forms.map { form in
      let labels = form.node.text(of: "accept-charset")?.split { $0.isASCII && $0.isWhitespace } ?? []
      let characters = labels.lazy.compactMap { CharacterEncoding(label: $0) }.first ?? encoding
      return PageForm(
        sending: Sending(
          action: form.node.text(of: "action")?.strippedOfSpaces ?? "", method: .init(form.node, "method"),
          encoding: .init(form.node, "enctype")),
        controls: form.controls, characters: characters)
    }
  }
}

/// Finds the forms of a page and which controls belong to each.
private struct FormReader {
  struct Form {
    let node: XMLNode
    var controls: [PageForm.Control] = []
    /// The radio button of each name that is checked: the last one that says so.
    var checked: [ExactText: Int] = [:]
  }

  private(set) var forms: [Form] = []
  private var places: [XMLNode: Int] = [:]
  private var byID: [ExactText: Int] = [:]

  mutating func findForms(in root: XMLNode) {
    var found: [XMLNode] = []
    root.walk { node in
      if node.isHTML("form") { found.append(node) }
      return .into
    }
    for node in found {
      places[node] = forms.count
      if let id = node.text(of: "id"), byID[ExactText(id)] == nil { byID[ExactText(id)] = forms.count }
      forms.append(Form(node: node))
    }
  }

  mutating func findControls(in root: XMLNode, limit: Int) {
    var open: [Int] = []
    // In a table, the tree has a form without what follows it there, which is its own all the same (13.2.6.4.9).
    var inTable: (form: Int, table: XMLNode)?
    var fieldsets: [XMLNode] = []
    var left = limit
    let places = places
    var found: [(node: XMLNode, form: Int?, isDisabled: Bool)] = []
    root.walk(leave: { node in
      if let last = open.last, places[node] == last { open.removeLast() }
      if fieldsets.last == node { fieldsets.removeLast() }
      if inTable?.table == node { inTable = nil }
    }) { node in
      guard node.isElement, !node.isForeign else { return .into }
      if let place = places[node] {
        if let parent = node.pointee.parent, node.pointee.children == nil,
          parent.isHTML("table", "tbody", "thead", "tfoot", "tr")
        {
          inTable = parent.table.map { (place, $0) }
        }
        open.append(place)
      } else if node.isHTML("fieldset") {
        if node.value("disabled") != nil { fieldsets.append(node) }
      } else if node.isHTML("datalist") {
        return .past
      } else if node.isHTML("input", "button", "select", "textarea") {
        left -= 1
        if left < 0 { return .stop }
        found.append((node, open.last ?? inTable?.form, !fieldsets.isEmpty))
      }
      return .into
    }
    for (node, ancestor, isDisabled) in found where !isDisabled && node.value("disabled") == nil {
      // 4.10.18.3: the form that it names, or the one around it.
      let form = node.text(of: "form").map { byID[ExactText($0)] } ?? ancestor
      if let form { add(node, to: form) }
    }
  }

  private mutating func add(_ node: XMLNode, to form: Int) {
    let name = node.text(of: "name") ?? ""
    if node.isSubmitButton {
      let isImage = node.isInput("image")
      let own = forms[form].node
      let button = PageForm.Sending(
        action: (node.text(of: "formaction") ?? own.text(of: "action"))?.strippedOfSpaces ?? "",
        method: .init(
          node.value("formmethod") == nil ? own : node, node.value("formmethod") == nil ? "method" : "formmethod"),
        encoding: .init(
          node.value("formenctype") == nil ? own : node, node.value("formenctype") == nil ? "enctype" : "formenctype"))
      // An image is sent as the place where it was clicked, which nobody has.
      forms[form].controls.append(
        PageForm.Control(
          name: isImage ? "" : name, value: node.text(of: "value") ?? "", isSent: false, button: button))
      return
    }
    if name.isEmpty { return }
    func append(_ value: String, isSent: Bool = true) {
      forms[form].controls.append(PageForm.Control(name: name, value: value, isSent: isSent, button: nil))
    }
    if node.isHTML("textarea") {
      append(node.textInside)
    } else if node.isHTML("select") {
      let values = node.chosen
      values.forEach { append($0) }
      if values.isEmpty { append("", isSent: false) }
    } else if node.isInput("radio") {
      let isChecked = node.value("checked") != nil
      if isChecked, let earlier = forms[form].checked.updateValue(forms[form].controls.count, forKey: ExactText(name)) {
        let control = forms[form].controls[earlier]
        forms[form].controls[earlier] = PageForm.Control(
          name: control.name, value: control.value, isSent: false, button: nil)
      }
      append(node.text(of: "value") ?? "on", isSent: isChecked)
    } else if node.isInput("checkbox") {
      append(node.text(of: "value") ?? "on", isSent: node.value("checked") != nil)
    } else if node.isHTML("input"), !["button", "reset", "file"].contains(node.inputType) {
      append(node.text(of: "value") ?? "")
    }
  }
}

extension PageForm.Method {
  /// That of an attribute; GET where it says nothing else (4.10.18.6).
  fileprivate init(_ node: XMLNode, _ attribute: StaticString) {
    self = node.value(attribute).map { String(xml: $0).asciiLowercased } == "post" ? .post : .get
  }
}

extension PageForm.Encoding {
  fileprivate init(_ node: XMLNode, _ attribute: StaticString) {
    self = node.value(attribute).flatMap { Self(rawValue: String(xml: $0).asciiLowercased) } ?? .urlEncoded
  }
}

extension XMLNode {
  fileprivate func text(of attribute: StaticString) -> String? { value(attribute).map { String(xml: $0) } }

  /// The table around it, or itself.
  fileprivate var table: XMLNode? {
    var node: XMLNode? = self
    while let here = node, !here.isHTML("table") { node = here.pointee.parent.flatMap { $0.isElement ? $0 : nil } }
    return node
  }

  fileprivate var textInside: String {
    var text = ""
    walk { node in
      if node.isText { text += String(xml: node.pointee.content) }
      return .into
    }
    return text
  }

  /// The values of the options of a `select` that are chosen (4.10.7).
  fileprivate var chosen: [String] {
    var options: [(value: String, isSelected: Bool, isDisabled: Bool)] = []
    var disabledGroup: XMLNode?
    walk(leave: { if disabledGroup == $0 { disabledGroup = nil } }) { node in
      if node.isHTML("optgroup"), node.value("disabled") != nil { disabledGroup = node }
      if node.isHTML("option") {
        options.append(
          (
            node.text(of: "value") ?? node.textInside.collapsingWhiteSpace(), node.value("selected") != nil,
            node.value("disabled") != nil || disabledGroup != nil
          ))
      }
      return .into
    }
    let selected = options.filter(\.isSelected)
    if value("multiple") != nil { return selected.filter { !$0.isDisabled }.map(\.value) }
    // In a menu one is always chosen: the last that says so, or the first.
    guard let one = selected.last ?? options.first(where: { !$0.isDisabled }) else { return [] }
    return one.isDisabled ? [] : [one.value]
  }
}

extension String {

  fileprivate var strippedOfSpaces: String {
    var text = Substring(self)
    while let first = text.first, first.isASCII, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isASCII, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
