/// One step of a compiled expression.
enum IRegexpInstruction: Sendable {
  /// Takes one character of the set, and goes on with the next instruction.
  case consume(IRegexpCharacterSet)
  /// Goes on with both.
  case split(Int, Int)
  case jump(Int)
  /// Goes on at the start, or the end, of the text alone.
  case start
  case end
  case match
}

/// Lays out an expression as instructions; counted repetitions are written out.
enum IRegexpCompiler {
  /// The most instructions of an expression.
  private static let limit = 4096

  static func compile(_ node: IRegexpNode) throws(IRegexp.Fault) -> [IRegexpInstruction] {
    // Found before anything is written, since repetitions of repetitions multiply.
    guard size(node) < limit else { throw IRegexp.Fault(message: "the expression repeats too much", offset: 0) }
    var program: [IRegexpInstruction] = []
    emit(node, into: &program)
    program.append(.match)
    return program
  }

  /// The work of writing `node` out, at least its instructions; ``limit`` where it is more.
  private static func size(_ node: IRegexpNode) -> Int {
    switch node {
    case .characters, .start, .end: return 1
    case .sequence(let nodes): return max(1, nodes.reduce(0) { min(limit, $0 + size($1)) })
    case .alternatives(let nodes): return nodes.reduce(0) { min(limit, $0 + size($1) + 2) }
    case .repetition(let node, let least, let most):
      let optional = most.map { $0 - least } ?? 1
      return min(limit, (min(limit, least) + min(limit, optional)) * (size(node) + 2))
    }
  }

  private static func emit(_ node: IRegexpNode, into program: inout [IRegexpInstruction]) {
    switch node {
    case .characters(let set): program.append(.consume(set))
    case .start: program.append(.start)
    case .end: program.append(.end)
    case .sequence(let nodes):
      for node in nodes { emit(node, into: &program) }
    case .alternatives(let nodes):
      var exits: [Int] = []
      for node in nodes.dropLast() {
        let split = program.count
        program.append(.split(split + 1, split + 1))
        emit(node, into: &program)
        exits.append(program.count)
        program.append(.jump(0))
        program[split] = .split(split + 1, program.count)
      }
      if let last = nodes.last { emit(last, into: &program) }
      for exit in exits { program[exit] = .jump(program.count) }
    case .repetition(let node, let least, let most):
      emitRepetition(of: node, least: least, most: most, into: &program)
    }
  }

  private static func emitRepetition(
    of node: IRegexpNode, least: Int, most: Int?, into program: inout [IRegexpInstruction]
  ) {
    for _ in 0..<least { emit(node, into: &program) }
    if let most {
      var splits: [Int] = []
      for _ in least..<most {
        splits.append(program.count)
        program.append(.jump(0))
        emit(node, into: &program)
      }
      for split in splits { program[split] = .split(split + 1, program.count) }
    } else {
      let split = program.count
      program.append(.jump(0))
      emit(node, into: &program)
      program.append(.jump(split))
      program[split] = .split(split + 1, program.count)
    }
  }
}
