/// A condition over a record's values, resolved and checked, ready to be evaluated on millions.
///
/// Null has simple rules. `x == null` and `x != null` say what they say; every other comparison with a
/// null value is false, `x != 200` among them; and `not` of such a false is true. A record whose `status`
/// is null therefore fails `status != 200` and passes `not status == 200` and `status not in [200]`.
package struct Expression: Sendable {
  /// A test and where to go on from it: the index of the next test, or one of the two ends.
  private struct Step: Sendable {
    let predicate: Predicate
    var whenTrue: Int
    var whenFalse: Int
  }

  private static let accepts = -1
  private static let rejects = -2

  /// Never empty, and every step leads further down, so that evaluation ends.
  private let steps: [Step]

  init(_ logic: Logic) {
    var assembler = Assembler()
    assembler.append(logic, whenTrue: Self.accepts, whenFalse: Self.rejects)
    steps = assembler.assembled
  }

  /// The places of the values that it reads.
  package var places: Set<Int> { Set(steps.flatMap(\.predicate.places)) }

  /// Whether the condition holds for a record, its values in the order of the fields that it was
  /// resolved with. A missing value is null.
  package func evaluate(_ values: [Value]) -> Bool {
    values.withUnsafeBufferPointer { evaluate($0) }
  }

  package func evaluate(_ values: UnsafeBufferPointer<Value>) -> Bool {
    steps.withUnsafeBufferPointer { steps in
      var next = 0
      repeat {
        next = steps[next].predicate.holds(values) ? steps[next].whenTrue : steps[next].whenFalse
      } while next >= 0
      return next == Self.accepts
    }
  }

  /// Lays the tests out in the order of the text, each with its two ways on.
  private struct Assembler {
    private var steps: [Step] = []
    /// The step that each label stands for; a label is a number below `rejects`.
    private var places: [Int] = []

    mutating func append(_ logic: Logic, whenTrue: Int, whenFalse: Int) {
      switch logic {
      case .test(let predicate):
        steps.append(Step(predicate: predicate, whenTrue: whenTrue, whenFalse: whenFalse))
      case .not(let logic): append(logic, whenTrue: whenFalse, whenFalse: whenTrue)
      case .all(let parts):
        for (index, part) in parts.enumerated() where index < parts.count - 1 {
          let label = newLabel()
          append(part, whenTrue: label, whenFalse: whenFalse)
          place(label)
        }
        if let last = parts.last { append(last, whenTrue: whenTrue, whenFalse: whenFalse) }
      case .any(let parts):
        for (index, part) in parts.enumerated() where index < parts.count - 1 {
          let label = newLabel()
          append(part, whenTrue: whenTrue, whenFalse: label)
          place(label)
        }
        if let last = parts.last { append(last, whenTrue: whenTrue, whenFalse: whenFalse) }
      }
    }

    var assembled: [Step] {
      steps.map { step in
        Step(predicate: step.predicate, whenTrue: target(step.whenTrue), whenFalse: target(step.whenFalse))
      }
    }

    private mutating func newLabel() -> Int {
      places.append(0)
      return Expression.rejects - places.count
    }

    private mutating func place(_ label: Int) { places[Expression.rejects - label - 1] = steps.count }

    private func target(_ label: Int) -> Int {
      label < Expression.rejects ? places[Expression.rejects - label - 1] : label
    }
  }
}

/// Tests joined, before they are laid out; no list in it is empty.
indirect enum Logic {
  case all([Logic])
  case any([Logic])
  case not(Logic)
  case test(Predicate)
}
