package import PipeSpec
package import PipeWeb

/// What is made of an extractor's value before it is a field's: it is trimmed, searched by a pattern, split, mapped,
/// converted, and of a list something is taken; in this order.
package struct Conversion: Sendable {
  package var trims = false
  /// What is looked for in the value; its first group counts where it has one.
  package var pattern: RegularExpression?
  /// What stands between the elements of a list that is written as one text.
  package var separator: ListSeparator?
  /// What is written in the place of known texts.
  package var map: ValueMap?
  /// The type that `as` names.
  package var type: FieldType.Element?
  package var decimal: DecimalSign?
  package var booleans = BooleanWords()
  package var dates = DateReading()
  /// What is taken of a list.
  package var reduction: ListReduction?
  /// Whether all that counts is whether there is a value.
  package var exists = false
  /// What stands for an element that does not convert; without it, the whole list does not.
  var standIn: Value?

  package init() {}

  package init(
    trims: Bool = false, pattern: RegularExpression? = nil, type: FieldType.Element? = nil,
    decimal: DecimalSign? = nil
  ) {
    self.trims = trims
    self.pattern = pattern
    self.type = type
    self.decimal = decimal
  }

  /// Whether values stay as they are.
  package var isIdentity: Bool {
    !trims && pattern == nil && separator == nil && map == nil && type == nil && reduction == nil
      && !exists
  }

  /// The type of a converted value.
  package func result(of type: FieldType) -> FieldType {
    if exists { return .bool }
    switch reduction {
    case .count: return .int
    case .joined: return .string
    case .first, .last, nil: break
    }
    let isText = pattern != nil || separator != nil
    let element = self.type ?? map?.type ?? (isText ? .string : type.element)
    return FieldType(element, isList: (type.isList || separator != nil) && reduction == nil)
  }

  /// Whether what comes of a value that is not null can be.
  func mayLose(_ type: FieldType) -> Bool {
    if exists || reduction == .count { return false }
    if reduction != nil { return true }
    let isList = type.isList || separator != nil
    return !isList && (pattern != nil || map != nil || (self.type ?? .string) != .string)
  }

  /// All texts that it gives, if these are few.
  var words: [String]? {
    guard let map, map.type == .string, type ?? .string == .string, separator == nil,
      reduction == nil, !exists
    else {
      return nil
    }
    return map.texts
  }

  /// Whether the part of a value says nothing of it.
  var needsWhole: Bool { reduction == .count || reduction == .last }
  /// Whether the start of a text is something else than the text.
  var needsWholeText: Bool { (type ?? .string) != .string || map != nil }

  /// - Parameters:
  ///   - base: What a relative URL is relative to.
  ///   - encoding: What a URL's query is encoded in.
  ///   - room: Bytes that a list may come to. One that comes to more ends with the element that is too much: a page's
  ///     base may be long, and stand in front of every URL.
  package func convert(
    _ value: Value, base: @autoclosure () -> WebURL?,
    encoding: @autoclosure () -> CharacterEncoding = .utf8,
    room: Int = .max
  ) throws(ExtractionFault) -> Value {
    var steps = RegularExpression.Steps()
    let values: ValueList
    if case .list(let list) = value {
      values = list
    } else if separator == nil {
      let found = try searched(value, &steps)
      if exists { return .bool(found != .null) }
      return found == .null ? .null : try finished(found, base: base, encoding: encoding)
    } else {
      if value == .null { return .null }
      values = ValueList([value])
    }
    var taken = Taken()
    for value in values where !taken.isEnough {
      let found = try searched(value, &steps)
      if found == .null { continue }
      if let separator {
        var failure: ExtractionFault?
        try separator.split(found.plainText, &steps) { element in
          do throws(ExtractionFault) {
            try take(.string(element), &taken, room: room, base: base, encoding: encoding)
          } catch {
            failure = error
          }
          return failure == nil && !taken.isEnough
        }
        if let failure { throw failure }
      } else {
        try take(found, &taken, room: room, base: base, encoding: encoding)
      }
    }
    return try reduced(taken, base: base, encoding: encoding)
  }

  /// What was taken of a list so far.
  private struct Taken {
    var elements: [Value] = []
    var size = 0
    /// How many there were; of those that are joined, how many have a value.
    var count = 0
    var joined = ""
    var isEnough = false
  }

  private func take(
    _ element: Value, _ taken: inout Taken, room: Int, base: () -> WebURL?, encoding: () -> CharacterEncoding
  ) throws(ExtractionFault) {
    if exists || reduction == .count {
      taken.count += 1
      taken.isEnough = exists
      return
    }
    // The others need not convert.
    if reduction == .first || reduction == .last {
      taken.elements = [element]
      taken.isEnough = reduction == .first
      return
    }
    let value = try converted(element, base: base, encoding: encoding)
    if value == .null { return }
    if case .joined(let separator) = reduction {
      if taken.count > 0 { taken.joined += separator }
      taken.joined += value.plainText
      taken.count += 1
      taken.isEnough = taken.joined.utf8.count > room
    } else {
      taken.elements.append(value)
      taken.size += value.size + ValueBudget.elementCost
      taken.isEnough = taken.size > room
    }
  }

  private func reduced(
    _ taken: Taken, base: () -> WebURL?, encoding: () -> CharacterEncoding
  ) throws(ExtractionFault) -> Value {
    if exists { return .bool(taken.count > 0) }
    switch reduction {
    case nil: return .list(taken.elements)
    case .count: return .int(taken.count)
    case .joined: return taken.count > 0 ? .string(taken.joined) : .null
    case .first, .last:
      guard let one = taken.elements.first else { return .null }
      return try finished(one, base: base, encoding: encoding)
    }
  }

  /// A value trimmed and searched; null where nothing is found.
  private func searched(
    _ value: Value, _ steps: inout RegularExpression.Steps
  ) throws(ExtractionFault) -> Value {
    if value == .null { return .null }
    var value = value
    if trims, case .string(let text) = value { value = .string(text.trimmingWhiteSpace()) }
    guard let pattern else { return value }
    let text = value.plainText
    switch pattern.firstMatch(in: text, within: &steps) {
    case .found(let match):
      guard let found = match[pattern.groupCount > 0 ? 1 : 0] else { return .null }
      return .string(String(found))
    case .noMatch: return .null
    case .gaveUp: throw ExtractionFault("the pattern takes too many steps on \(text.excerpt)")
    }
  }

  /// An element of a list, or what stands for it.
  private func converted(
    _ value: Value, base: () -> WebURL?, encoding: () -> CharacterEncoding
  ) throws(ExtractionFault) -> Value {
    do throws(ExtractionFault) {
      return try finished(value, base: base, encoding: encoding)
    } catch {
      guard error.isConversion, let standIn else { throw error }
      return standIn
    }
  }

  /// A value mapped and converted.
  private func finished(
    _ value: Value, base: () -> WebURL?, encoding: () -> CharacterEncoding
  ) throws(ExtractionFault) -> Value {
    var value = value
    if let map {
      guard let found = map[value.plainText] else {
        throw ExtractionFault("\(value.plainText.excerpt) is not in the map", isConversion: true)
      }
      if found == .null { return .null }
      value = found
    }
    guard let type else { return value }
    return try converted(value, to: type, base: base, encoding: encoding)
  }
}
