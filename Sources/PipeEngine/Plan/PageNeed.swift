internal import PipeWeb

/// How far into a page the fields have to look.
package enum PageNeed: String, Sendable {
  case status
  case headers
  /// The page as far as its facts go, read while it arrives.
  case scan
  /// The page to its end.
  case whole
  /// The page as a tree, built once.
  case dom

  init(_ needs: PageNeeds) {
    if needs.content >= .whole {
      self = needs.content == .dom ? .dom : .whole
    } else if !needs.facts.isEmpty || needs.content > .nothing {
      self = .scan
    } else {
      self = needs.fields ? .headers : .status
    }
  }

  /// - Parameter fields: The fields that need as much.
  func text(for fields: [String]) -> String {
    let names = fields.joined(separator: ", ")
    return switch self {
    case .status: "needs the status alone: bodies are counted and not kept"
    case .headers: "needs the header fields for \(names): bodies are counted and not kept"
    case .scan: "needs a scan of the page for \(names)"
    case .whole: "needs the whole page for \(names)"
    case .dom: "needs the whole page as a tree for \(names)"
    }
  }
}
