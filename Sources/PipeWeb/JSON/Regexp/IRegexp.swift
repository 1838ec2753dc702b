/// A regular expression of RFC 9485 (I-Regexp), which JSONPath's `match` and `search` take.
///
/// As in the engines that the RFC maps it to, `^` and `$` stand for the ends of the text. Matching runs all
/// alternatives side by side (Thompson's construction), so its time is the length of the text times the size of the
/// expression at worst, whatever the expression.
struct IRegexp: Sendable {
  /// Why a text is not an I-Regexp.
  struct Fault: Error, Sendable {
    let message: String
    /// In Unicode scalars from the start of the expression.
    let offset: Int
  }

  private let program: [IRegexpInstruction]

  init(_ text: String) throws(Fault) {
    var parser = IRegexpParser(text)
    program = try IRegexpCompiler.compile(try parser.expression())
  }

  /// The steps that compiling an expression takes, without reading its text.
  static let compilationCost = 1000

  /// Whether the expression matches all of `text`, or with `anywhere` some part of it.
  ///
  /// - Parameter budget: the steps that it may take; those taken are subtracted.
  /// - Returns: nil where the budget did not suffice.
  func matches(_ text: String, anywhere: Bool, budget: inout Int) -> Bool? {
    var current = IRegexpThreads(program)
    var next = IRegexpThreads(program)
    current.add(0, isStart: true, isEnd: text.isEmpty)
    var scalars = text.unicodeScalars.makeIterator()
    var upcoming = scalars.next()
    while let scalar = upcoming {
      if anywhere && current.isMatch { return true }
      budget -= 1 + current.consumers.count
      if budget < 0 { return nil }
      upcoming = scalars.next()
      let isEnd = upcoming == nil
      next.removeAll()
      for place in current.consumers {
        guard case .consume(let set) = program[place], set.contains(scalar) else { continue }
        next.add(place + 1, isStart: false, isEnd: isEnd)
      }
      if anywhere { next.add(0, isStart: false, isEnd: isEnd) }
      swap(&current, &next)
      if !anywhere && current.consumers.isEmpty && !current.isMatch { return false }
    }
    return current.isMatch
  }
}

/// The alternatives that are alive between two characters.
private struct IRegexpThreads {
  private let program: [IRegexpInstruction]
  /// The instructions that wait for a character.
  private(set) var consumers: [Int] = []
  private(set) var isMatch = false
  /// For each instruction the generation in which it was reached last.
  private var reached: [Int]
  private var generation = 1
  private var pending: [Int] = []

  init(_ program: [IRegexpInstruction]) {
    self.program = program
    reached = Array(repeating: 0, count: program.count)
  }

  mutating func removeAll() {
    consumers.removeAll(keepingCapacity: true)
    isMatch = false
    generation += 1
  }

  /// Follows all that needs no character from `place` on; each instruction once.
  mutating func add(_ place: Int, isStart: Bool, isEnd: Bool) {
    pending.append(place)
    while let place = pending.popLast() {
      guard reached[place] != generation else { continue }
      reached[place] = generation
      switch program[place] {
      case .consume: consumers.append(place)
      case .split(let first, let second): pending += [second, first]
      case .jump(let target): pending.append(target)
      case .start: if isStart { pending.append(place + 1) }
      case .end: if isEnd { pending.append(place + 1) }
      case .match: isMatch = true
      }
    }
  }
}
