/// Comparisons and arithmetic (XPath 1.0, 3.4, 3.5).
extension XPathEvaluator {
  mutating func apply(
    _ sign: XPathOperator, _ left: XPathValue, _ right: XPathValue
  ) throws(Failure) -> XPathValue {
    if sign.isComparison { return .boolean(try compare(sign, left, right)) }
    let left = try number(of: left)
    let right = try number(of: right)
    let result =
      switch sign {
      case .add: left + right
      case .subtract: left - right
      case .multiply: left * right
      case .divide: left / right
      default: left.truncatingRemainder(dividingBy: right)
      }
    return .number(result)
  }

  private mutating func compare(
    _ sign: XPathOperator, _ left: XPathValue, _ right: XPathValue
  ) throws(Failure) -> Bool {
    switch (left, right) {
    case (.nodes(let left), .nodes(let right)): return try compare(sign, left, right)
    case (.nodes(let nodes), _): return try compare(sign, nodes, with: right)
    case (_, .nodes(let nodes)): return try compare(sign.mirrored, nodes, with: left)
    default: break
    }
    guard sign == .equal || sign == .unequal else {
      return isTrue(sign, try number(of: left), try number(of: right))
    }
    let isEqual: Bool
    if case .boolean = left {
      isEqual = boolean(of: left) == boolean(of: right)
    } else if case .boolean = right {
      isEqual = boolean(of: left) == boolean(of: right)
    } else if case .number = left {
      isEqual = try number(of: left) == number(of: right)
    } else if case .number = right {
      isEqual = try number(of: left) == number(of: right)
    } else {
      isEqual = try isSame(try text(of: left), try text(of: right))
    }
    return isEqual == (sign == .equal)
  }

  private func isTrue(_ sign: XPathOperator, _ left: Double, _ right: Double) -> Bool {
    switch sign {
    case .less: left < right
    case .atMost: left <= right
    case .more: left > right
    case .atLeast: left >= right
    case .unequal: left != right
    default: left == right
    }
  }

  private mutating func isSame(_ left: XPathText, _ right: XPathText) throws(Failure) -> Bool {
    if left.count != right.count { return false }
    try read(left.count)
    return left == right
  }

  /// Whether it is true of one of the nodes.
  private mutating func compare(
    _ sign: XPathOperator, _ nodes: XPathNodes, with value: XPathValue
  ) throws(Failure) -> Bool {
    if case .boolean = value { return try compare(sign, .boolean(!nodes.isEmpty), value) }
    var isNumeric = sign != .equal && sign != .unequal
    if case .number = value { isNumeric = true }
    let number = isNumeric ? try number(of: value) : 0
    let text = isNumeric ? .empty : try text(of: value)
    let before = held
    for index in 0..<nodes.count {
      let own = try self.text(of: nodes[index])
      if isNumeric {
        try read(own.count)
        if isTrue(sign, own.number, number) { return true }
      } else if try isSame(own, text) == (sign == .equal) {
        return true
      }
      release(to: before)
    }
    return false
  }

  /// Whether it is true of a pair of nodes, which is found without looking at all pairs.
  private mutating func compare(
    _ sign: XPathOperator, _ left: XPathNodes, _ right: XPathNodes
  ) throws(Failure) -> Bool {
    guard let first = left.first, !right.isEmpty else { return false }
    switch sign {
    case .equal:
      if left.count > right.count { return try compare(sign, right, left) }
      var texts: Set<XPathText> = []
      for index in 0..<left.count {
        let text = try text(of: left[index])
        try read(4 * text.count)
        try hold(Self.entryCost)
        texts.insert(text)
      }
      let before = held
      for index in 0..<right.count {
        let text = try text(of: right[index])
        try read(4 * text.count)
        if texts.contains(text) { return true }
        release(to: before)
      }
      return false
    case .unequal:
      // All are the same, or some pair is not.
      let text = XPathValue.text(try text(of: first))
      if try compare(sign, right, with: text) { return true }
      return try compare(sign, left, with: text)
    default:
      // The least of one side and the greatest of the other tell.
      guard let left = try range(of: left), let right = try range(of: right) else { return false }
      return sign == .less || sign == .atMost
        ? isTrue(sign, left.lowerBound, right.upperBound) : isTrue(sign, left.upperBound, right.lowerBound)
    }
  }

  /// What a text takes in a set, besides its bytes.
  static let entryCost = 48

  /// The least and the greatest of the numbers that nodes are.
  private mutating func range(of nodes: XPathNodes) throws(Failure) -> ClosedRange<Double>? {
    var range: ClosedRange<Double>?
    let before = held
    for index in 0..<nodes.count {
      let text = try text(of: nodes[index])
      try read(text.count)
      let number = text.number
      if !number.isNaN { range = min(range?.lowerBound ?? number, number)...max(range?.upperBound ?? number, number) }
      release(to: before)
    }
    return range
  }
}
