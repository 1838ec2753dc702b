internal import CLibxml2
internal import PipeText

/// What the controls of a page's forms decide among each other: which radio button of a group is checked, which button
/// is a form's default. Looked up once for a search, when a selector asks.
struct FormStates {
  /// Radio buttons of one name and one form (WHATWG HTML 4.10.5.1.16).
  private struct Group: Hashable {
    let form: XMLNode?
    let name: ExactText
  }

  private var groups: [XMLNode: Group] = [:]
  /// Of several that say so the last is checked.
  private var checked: [Group: XMLNode] = [:]
  private var defaultButtons: Set<XMLNode> = []

  /// - Parameter steps: What is left of the search's; one is taken for each node.
  init(_ root: XMLNode, steps: inout Int) {
    var forms: [ExactText: XMLNode] = [:]
    var open: [XMLNode] = []
    var controls: [(node: XMLNode, form: XMLNode?)] = []
    var left = steps
    root.walk(leave: { if open.last == $0 { open.removeLast() } }) { node in
      left -= 1
      guard left >= 0 else { return .stop }
      guard node.isElement, !node.isForeign else { return .into }
      if node.isNamed("form") {
        open.append(node)
        if let id = node.value("id").map({ ExactText(String(xml: $0)) }), forms[id] == nil { forms[id] = node }
      } else if node.isInput("radio") || node.isSubmitButton {
        controls.append((node, open.last))
      }
      return .into
    }
    steps = left
    var served: Set<XMLNode> = []
    for (node, ancestor) in controls {
      // 4.10.18.3: the form that it names, or the one around it.
      let form = node.value("form").map { forms[ExactText(String(xml: $0))] } ?? ancestor
      if node.isInput("radio") {
        guard let name = node.value("name").map({ String(xml: $0) }), !name.isEmpty else { continue }
        let group = Group(form: form, name: ExactText(name))
        groups[node] = group
        if node.value("checked") != nil { checked[group] = node }
      } else if let form, served.insert(form).inserted {
        defaultButtons.insert(node)
      }
    }
  }

  func isDefaultButton(_ node: XMLNode) -> Bool { defaultButtons.contains(node) }

  func isChecked(radio node: XMLNode) -> Bool {
    groups[node].map { checked[$0] == node } ?? (node.value("checked") != nil)
  }

  /// Whether no button of its group is checked.
  func isUndecided(radio node: XMLNode) -> Bool {
    groups[node].map { checked[$0] == nil } ?? (node.value("checked") == nil)
  }
}
