/// The syntax tree of an I-Regexp.
indirect enum IRegexpNode: Sendable {
  case characters(IRegexpCharacterSet)
  case start
  case end
  case sequence([IRegexpNode])
  case alternatives([IRegexpNode])
  /// Without `most` as often as possible.
  case repetition(IRegexpNode, least: Int, most: Int?)
}

/// Parses the grammar of RFC 9485 4.
struct IRegexpParser {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var depth = 0

  private static let depthLimit = 100

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  mutating func expression() throws(IRegexp.Fault) -> IRegexpNode {
    let node = try alternatives()
    if peek() != nil { throw fault("')' without '('") }
    return node
  }

  private mutating func alternatives() throws(IRegexp.Fault) -> IRegexpNode {
    var branches = [try branch()]
    while skip("|") { branches.append(try branch()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func branch() throws(IRegexp.Fault) -> IRegexpNode {
    var pieces: [IRegexpNode] = []
    while let next = peek(), next != "|", next != ")" {
      let atom = try atom()
      pieces.append(try quantified(atom))
    }
    return .sequence(pieces)
  }

  private mutating func quantified(_ atom: IRegexpNode) throws(IRegexp.Fault) -> IRegexpNode {
    switch peek() {
    case "*":
      index += 1
      return .repetition(atom, least: 0, most: nil)
    case "+":
      index += 1
      return .repetition(atom, least: 1, most: nil)
    case "?":
      index += 1
      return .repetition(atom, least: 0, most: 1)
    case "{":
      index += 1
      let least = try count()
      var most: Int? = least
      if skip(",") { most = peek() == "}" ? nil : try count() }
      guard skip("}") else { throw fault("expected '}'") }
      if let most, most < least { throw fault("{\(least),\(most)} can never hold") }
      return .repetition(atom, least: least, most: most)
    default:
      return atom
    }
  }

  private mutating func count() throws(IRegexp.Fault) -> Int {
    var value: Int?
    while let scalar = peek(), ("0"..."9").contains(scalar) {
      // Larger ones are refused for their size later.
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      index += 1
    }
    guard let value else { throw fault("expected a number") }
    return value
  }

  private mutating func atom() throws(IRegexp.Fault) -> IRegexpNode {
    guard let scalar = peek() else { throw fault("expected a character") }
    switch scalar {
    case "(":
      depth += 1
      if depth > Self.depthLimit { throw fault("nested deeper than \(Self.depthLimit) levels") }
      index += 1
      let group = try alternatives()
      guard skip(")") else { throw fault("expected ')'") }
      depth -= 1
      return group
    case "[":
      index += 1
      return .characters(try characterClass())
    case "\\":
      return .characters(IRegexpCharacterSet(members: [try escape()]))
    case ".":
      index += 1
      return .characters(.dot)
    case "^":
      index += 1
      return .start
    case "$":
      index += 1
      return .end
    case "*", "+", "?", "{", "}", "]":
      throw fault("'\(scalar)' must be escaped here")
    default:
      index += 1
      return .characters(IRegexpCharacterSet(members: [.range(scalar.value...scalar.value)]))
    }
  }

  /// What follows `[`.
  private mutating func characterClass() throws(IRegexp.Fault) -> IRegexpCharacterSet {
    var set = IRegexpCharacterSet()
    set.isInverted = skip("^")
    while true {
      guard let scalar = peek() else { throw fault("expected ']'") }
      if scalar == "]", !set.members.isEmpty {
        index += 1
        return set
      }
      if scalar == "-" {
        // A dash stands for itself at the start and at the end.
        let isLast = index + 1 < scalars.count && scalars[index + 1] == "]"
        guard set.members.isEmpty || isLast else { throw fault("'-' must be escaped here") }
        index += 1
        set.members.append(.range(0x2D...0x2D))
        continue
      }
      set.members.append(try classMember())
    }
  }

  /// A character, a range or a category in a class.
  private mutating func classMember() throws(IRegexp.Fault) -> IRegexpCharacterSet.Member {
    let first = try classCharacter()
    guard case .range(let low) = first, peek() == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
      return first
    }
    index += 1
    guard case .range(let high) = try classCharacter() else { throw fault("a category cannot end a range") }
    guard low.lowerBound <= high.lowerBound else { throw fault("a range that is out of order") }
    return .range(low.lowerBound...high.lowerBound)
  }

  private mutating func classCharacter() throws(IRegexp.Fault) -> IRegexpCharacterSet.Member {
    guard let scalar = peek() else { throw fault("expected ']'") }
    switch scalar {
    case "\\": return try escape()
    case "[", "]", "-": throw fault("'\(scalar)' must be escaped here")
    default:
      index += 1
      return .range(scalar.value...scalar.value)
    }
  }

  private mutating func escape() throws(IRegexp.Fault) -> IRegexpCharacterSet.Member {
    index += 1
    guard let scalar = peek() else { throw fault("expected an escape") }
    switch scalar {
    case "n": return .range(passed(0x0A))
    case "r": return .range(passed(0x0D))
    case "t": return .range(passed(0x09))
    case "(", ")", "*", "+", "-", ".", "?", "[", "\\", "]", "^", "{", "|", "}", "$":
      return .range(passed(scalar.value))
    case "p", "P":
      index += 1
      guard skip("{") else { throw fault("expected '{'") }
      var name = String.UnicodeScalarView()
      while let letter = peek(), letter != "}", name.count < 3 {
        name.append(letter)
        index += 1
      }
      guard skip("}"), IRegexpCharacterSet.isCategory(String(name)) else {
        throw fault("'\(String(name))' is not a category such as L or Lu")
      }
      return .category(String(name), isInverted: scalar == "P")
    default:
      throw fault("'\\\(scalar)' is not an escape; classes are written as in [0-9]")
    }
  }

  private mutating func passed(_ value: UInt32) -> ClosedRange<UInt32> {
    index += 1
    return value...value
  }

  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    index += 1
    return true
  }

  private func peek() -> Unicode.Scalar? {
    index < scalars.count ? scalars[index] : nil
  }

  private func fault(_ message: String) -> IRegexp.Fault {
    IRegexp.Fault(message: message, offset: index)
  }
}
