internal import PipeText

/// What makes two keys the same: their content as the core schema reads it (YAML 1.2.2, 3.2.1.3); texts are the same by
/// their code points.
indirect enum KeyIdentity: Hashable {
  case null
  case bool(Bool)
  case int(Int)
  /// By bits, so that `.nan` is the same key as `.nan`.
  case float(UInt64)
  case string(ExactText)
  case sequence([KeyIdentity])
  case mapping([KeyIdentity: KeyIdentity])

  init(_ node: Node) {
    switch node.content {
    case .scalar(let scalar):
      switch scalar.value {
      case .null: self = .null
      case .bool(let value): self = .bool(value)
      case .int(let value): self = .int(value)
      case .float(let value): self = .float(value.bitPattern)
      case .string: self = .string(ExactText(scalar.text))
      }
    case .sequence(let items):
      self = .sequence(items.map { Self($0) })
    case .mapping(let entries):
      let pairs = entries.map { (Self($0.key), Self($0.value)) }
      self = .mapping(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
    }
  }
}
