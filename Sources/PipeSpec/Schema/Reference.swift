/// What specs may say, told to a person: by path for `pipe explain`, as pages for the documentation.
package struct Reference: Sendable {
  /// The keys at the top of a spec.
  let keys: [KeyDescription]
  /// What else there is to tell.
  let topics: [Topic]

  package init(_ keys: [KeyDescription], topics: [Topic] = []) {
    self.keys = keys
    self.topics = topics
  }

  /// A path that leads nowhere.
  package struct UnknownPath: Error {
    package let message: String
    package let hint: String
  }

  /// What a path leads to.
  enum Subject {
    case spec
    case key(KeyDescription)
    case component(ComponentDescription, ComponentFamily)
  }

  /// Follows a path such as `sinks.csv.escape_formulas`. A component may be named without the key that it
  /// belongs under.
  func find(_ path: String) throws(UnknownPath) -> (subject: Subject, path: String) {
    var subject = Subject.spec
    var names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if names.isEmpty || path.isEmpty { return (subject, "") }
    if !keys.contains(where: { $0.name == names[0] }),
      let owner = owner(ofComponent: names[0]) ?? owner(ofCommon: names[0])
    {
      names.insert(owner, at: 0)
    }
    var walked: [String] = []
    for name in names {
      guard let next = step(from: subject, to: name) else {
        throw unknown(name, after: walked, at: subject)
      }
      subject = next
      walked.append(name)
    }
    return (subject, walked.joined(separator: "."))
  }

  /// The paths that begin with a text, for completion.
  package func paths(from prefix: String) -> [String] {
    let ofTopics = topics.flatMap { [$0.name] + $0.entries.map(\.path) }.filter { $0.hasPrefix(prefix) }
    return ofKeys(from: prefix) + ofTopics
  }

  private func ofKeys(from prefix: String) -> [String] {
    let names = prefix.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    guard let parent = try? find(names.joined(separator: ".")) else { return [] }
    let start = parent.path.isEmpty ? "" : parent.path + "."
    return self.names(below: parent.subject).map { start + $0 }.filter { $0.hasPrefix(prefix) }
  }

  private func owner(ofComponent name: String) -> String? {
    keys.first { $0.shape.family?.components.contains { $0.name == name } ?? false }?.name
  }

  /// The key whose components all have an option: `sinks` for `when`.
  private func owner(ofCommon name: String) -> String? {
    keys.first { $0.shape.family?.common.contains { $0.name == name } ?? false }?.name
  }

  private func step(from subject: Subject, to name: String) -> Subject? {
    switch subject {
    case .spec: keys.first { $0.name == name }.map { .key($0) }
    case .component(let component, let family):
      (component.keys + family.common).first { $0.name == name }.map { .key($0) }
    case .key(let key):
      if let family = key.shape.family {
        family.components.first { $0.name == name }.map { .component($0, family) }
          ?? family.common.first { $0.name == name }.map { .key($0) }
      } else {
        key.shape.innerKeys.first { $0.name == name }.map { .key($0) }
      }
    }
  }

  private func unknown(_ name: String, after walked: [String], at subject: Subject) -> UnknownPath {
    let here = names(below: subject)
    let prefix = walked.isEmpty ? "" : walked.joined(separator: ".") + "."
    let components = walked.isEmpty ? keys.flatMap { $0.shape.family?.components.map(\.name) ?? [] } : []
    let hint: String
    let places = places(of: name, below: subject, at: walked)
    if let near = nearestEntry(to: walked + [name]) {
      hint = "did you mean '\(near)'?"
    } else if !places.isEmpty {
      let shown = places.prefix(3).map { "'\($0)'" }
      let rest = places.count > 3 ? ", or one of \(places.count - 3) more" : ""
      hint = "did you mean \(shown.joined(separator: places.count > 3 ? ", " : " or "))\(rest)?"
    } else if let near = nearestName(to: name, among: here + components + (walked.isEmpty ? topics.map(\.name) : [])) {
      hint = "did you mean '\(prefix)\(near)'?"
    } else if let ours = KnownWords.ours(for: name, among: here) {
      hint = "did you mean '\(prefix)\(ours)'?"
    } else if here.isEmpty {
      hint = "'\(walked.joined(separator: "."))' has nothing below it"
    } else {
      hint = "there are \(here.joined(separator: ", "))"
    }
    let place = walked.isEmpty ? "a pipeline" : "'\(walked.joined(separator: "."))'"
    return UnknownPath(message: "\(place) has no '\(excerpt(name))'", hint: hint)
  }

  /// The paths below a subject that end with a name, those at the least depth first.
  private func places(of name: String, below subject: Subject, at path: [String]) -> [String] {
    var level = [(subject: subject, path: path)]
    // Deeper than any key of a spec.
    for _ in 0..<6 where !level.isEmpty {
      let next = level.flatMap { parent in
        children(of: parent.subject).map { (subject: $0.subject, path: parent.path + [$0.name]) }
      }
      let found = next.filter { $0.path.last == name }.map { $0.path.joined(separator: ".") }
      if !found.isEmpty { return found }
      level = next
    }
    return []
  }

  private func children(of subject: Subject) -> [(name: String, subject: Subject)] {
    func children(_ keys: [KeyDescription]) -> [(String, Subject)] { keys.map { ($0.name, .key($0)) } }
    switch subject {
    case .spec: return children(keys)
    // The common options of a family are its own.
    case .component(let component, _): return children(component.keys)
    case .key(let key):
      guard let family = key.shape.family else { return children(key.shape.innerKeys) }
      return family.components.map { ($0.name, .component($0, family)) } + children(family.common)
    }
  }

  private func names(below subject: Subject) -> [String] {
    switch subject {
    case .spec: keys.map(\.name)
    case .component(let component, let family): (component.keys + family.common).map(\.name)
    case .key(let key): key.shape.family?.components.map(\.name) ?? key.shape.innerKeys.map(\.name)
    }
  }
}

extension ShapeDescription {
  /// The known keys of a map, also where a list of such maps or something else may stand.
  var innerKeys: [KeyDescription] {
    switch self {
    case .map(let keys, _): keys
    case .list(let element, _, _), .dictionary(let element, _, _): element.innerKeys
    case .oneOf(let shapes): Self.merged(shapes.map(\.innerKeys).filter { !$0.isEmpty })
    default: []
    }
  }

  /// The keys of several maps, of which one is there: what not all of them have may be left out.
  private static func merged(_ maps: [[KeyDescription]]) -> [KeyDescription] {
    if maps.count < 2 { return maps.first ?? [] }
    var keys: [KeyDescription] = []
    for key in maps.joined() where !keys.contains(where: { $0.name == key.name }) {
      let isEverywhere = maps.allSatisfy { $0.contains { $0.name == key.name } }
      keys.append(isEverywhere ? key : key.optional)
    }
    // Behind what tells the maps apart stands what all of them have.
    return keys.filter { !$0.isRequired && $0.shownDefault == nil }
      + keys.filter { $0.isRequired || $0.shownDefault != nil }
  }

  /// The key that a scalar in a map's place stands for.
  var main: String? { if case .map(_, let main) = self { main } else { nil } }
}
