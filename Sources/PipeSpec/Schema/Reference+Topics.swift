extension Reference {
  /// What there is to say of a topic, or of a part of one; `nil` if the path leads to none.
  func topicLines(at path: String) -> [String]? {
    for topic in topics {
      if topic.name == path || topic.aliases.contains(path) { return topic.lines }
      if let entry = topic.entries.first(where: { $0.path == path }) { return Topic.lines(of: entry.blocks) }
    }
    return nil
  }

  /// The part of a topic that was meant. The name of a component stands behind the key that it belongs under.
  func nearestEntry(to names: [String]) -> String? {
    let paths = topics.flatMap { $0.entries.map(\.path) }
    return [names, Array(names.dropFirst())].lazy.filter { $0.count > 1 }
      .compactMap { nearestName(to: $0.joined(separator: "."), among: paths) }.first
  }

  /// Where there is more to read of a component.
  func hint(toTopicOf component: String) -> String? {
    topics.first { $0.entries.contains { $0.path.hasPrefix(component + ".") } }
      .map { "'pipe explain \($0.name)' tells of its codes." }
  }

  /// The pages of the topics.
  var topicPages: [Page] { topics.map { Page(name: $0.name + ".md", text: Self.note + "\n\n" + $0.markdown) } }
}
