/// Gathers the entries of one mapping: finds keys that repeat, and puts in what merge keys bring.
struct MappingBuilder {
  private var entries: [Node.Entry] = []
  private var places: [KeyIdentity: SourceSpan] = [:]
  /// The key whose value has not been read yet.
  private var key: Node?
  private var merge: Merge?

  private struct Merge {
    let key: Node
    let value: Node
    /// How many entries are written before it.
    let index: Int
  }

  /// Takes the next key or value.
  mutating func append(_ node: Node, _ diagnostics: inout [Diagnostic]) {
    guard let key else {
      key = node
      return
    }
    self.key = nil
    if isMergeKey(key) {
      if let merge {
        diagnostics.append(Self.duplicate(key, first: merge.key.span))
      } else {
        merge = Merge(key: key, value: node, index: entries.count)
      }
      return
    }
    let identity = KeyIdentity(key)
    if let first = places[identity] {
      diagnostics.append(Self.duplicate(key, first: first))
    } else {
      places[identity] = key.span
      entries.append(Node.Entry(key: key, value: node))
    }
  }

  /// All entries in the order of the file, merged ones in the place of their merge key.
  mutating func finish(_ diagnostics: inout [Diagnostic]) -> [Node.Entry] {
    guard let merge else { return entries }
    var merged: [Node.Entry] = []
    for map in maps(of: merge.value, &diagnostics) {
      for entry in map {
        let identity = KeyIdentity(entry.key)
        guard places[identity] == nil else { continue }
        places[identity] = entry.key.span
        merged.append(entry)
      }
    }
    entries.insert(contentsOf: merged, at: merge.index)
    return entries
  }

  /// The merge key is the plain scalar `<<` (yaml.org/type/merge.html).
  private func isMergeKey(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node.content else { return false }
    return scalar.style == .plain && scalar.text == "<<"
  }

  private func maps(of value: Node, _ diagnostics: inout [Diagnostic]) -> [[Node.Entry]] {
    switch value.content {
    case .mapping(let entries): return [entries]
    case .sequence(let items):
      return items.compactMap { item in
        if case .mapping(let entries) = item.content { return entries }
        diagnostics.append(wrongMerge(item))
        return nil
      }
    case .scalar:
      diagnostics.append(wrongMerge(value))
      return []
    }
  }

  private func wrongMerge(_ node: Node) -> Diagnostic {
    let message = "'<<' takes a map or a list of maps, not \(node.kindName)"
    return Diagnostic(.wrongType, at: node.span, message, notes: Diagnostic.Note.written(node))
  }

  private static func duplicate(_ key: Node, first: SourceSpan) -> Diagnostic {
    let name = if case .scalar(let scalar) = key.content { "key '\(excerpt(scalar.text))'" } else { "key" }
    return Diagnostic(
      .duplicateKey, at: key.span, "duplicate \(name)", hint: "keep one of the two",
      notes: [Diagnostic.Note("the first is here", at: first)])
  }
}
