package import PipeSpec
internal import PipeText
package import PipeWeb

/// What is made of an extractor's value before it is a field's: it is trimmed, searched by a pattern, and converted.
package struct Conversion: Sendable {
  package let trims: Bool
  /// What is looked for in the value; its first group counts where it has one.
  package let pattern: RegularExpression?
  /// The type that `as` names.
  package let type: FieldType.Element?
  package let decimal: DecimalSign?

  package init(
    trims: Bool = false, pattern: RegularExpression? = nil, type: FieldType.Element? = nil, decimal: DecimalSign? = nil
  ) {
    self.trims = trims
    self.pattern = pattern
    self.type = type
    self.decimal = decimal
  }

  /// Whether values stay as they are.
  package var isIdentity: Bool { !trims && pattern == nil && type == nil }

  /// The type of a converted value.
  package func result(of type: FieldType) -> FieldType {
    FieldType(self.type ?? (pattern == nil ? type.element : .string), isList: type.isList)
  }

  /// - Parameters:
  ///   - base: What a relative URL is relative to.
  ///   - encoding: What a URL's query is encoded in.
  ///   - room: Bytes that a list may come to. One that comes to more ends with the element that is too much: a page's
  ///     base may be long, and stand in front of every URL.
  package func convert(
    _ value: Value, base: @autoclosure () -> WebURL?, encoding: @autoclosure () -> CharacterEncoding = .utf8,
    room: Int = .max
  ) throws(ExtractionFault) -> Value {
    var steps = RegularExpression.Steps()
    guard case .list(let values) = value else {
      return try convert(one: value, base: base, encoding: encoding, &steps)
    }
    var converted: [Value] = []
    converted.reserveCapacity(values.count)
    var size = 0
    for value in values where size <= room {
      let one = try convert(one: value, base: base, encoding: encoding, &steps)
      if one == .null { continue }
      size += one.size + ValueBudget.elementCost
      converted.append(one)
    }
    return .list(converted)
  }

  private func convert(
    one value: Value, base: () -> WebURL?, encoding: () -> CharacterEncoding, _ steps: inout RegularExpression.Steps
  ) throws(ExtractionFault) -> Value {
    if value == .null { return .null }
    var value = value
    if trims, case .string(let text) = value { value = .string(text.trimmingWhiteSpace()) }
    if let pattern {
      let text = value.plainText
      switch pattern.firstMatch(in: text, within: &steps) {
      case .found(let match):
        guard let found = match[pattern.groupCount > 0 ? 1 : 0] else { return .null }
        value = .string(String(found))
      case .noMatch: return .null
      case .gaveUp: throw ExtractionFault("the pattern takes too many steps on \(text.excerpt)")
      }
    }
    guard let type else { return value }
    return try value.converted(to: type, decimal: decimal, base: base, encoding: encoding)
  }
}

extension Value {
  fileprivate func converted(
    to type: FieldType.Element, decimal: DecimalSign?, base: () -> WebURL?, encoding: () -> CharacterEncoding
  ) throws(ExtractionFault) -> Value {
    // The URL parser trims what the standard says, which is not a no-break space.
    let text = type == .string || type == .json || type == .url ? plainText : plainText.trimmingWhiteSpace()
    switch type {
    case .string: return .string(text)
    case .int:
      let plain = decimal.map { WrittenNumber.canonical(text, decimal: $0) } ?? text
      guard let number = plain.flatMap({ DecimalNumber($0) }), number.isWhole else {
        throw ExtractionFault("\(text.excerpt) is not a whole number\(Self.remark(on: text, decimal))")
      }
      if let whole = number.integer { return .int(whole) }
      throw ExtractionFault("\(text.excerpt) does not fit in 64 bits; as: string keeps its digits")
    case .number:
      let plain = decimal.map { WrittenNumber.canonical(text, decimal: $0) } ?? text
      if let number = plain.flatMap({ WrittenNumber.value($0) }) { return number }
      // The digits of a JSON number are data, whatever a Double can hold.
      if case .json = self, decimal == nil, DecimalNumber(text) != nil { return self }
      throw ExtractionFault("\(text.excerpt) is not a number\(Self.remark(on: text, decimal))")
    case .bool:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .bool(true)
      case "false", "no", "off", "0": return .bool(false)
      default: throw ExtractionFault("\(text.excerpt) is neither true nor false")
      }
    case .date:
      do throws(WrittenDate.Fault) {
        return .string(try Timestamp(written: text).description)
      } catch .zone(let name) {
        throw ExtractionFault("\(text.excerpt) is not a date: the time zone \(name) is unknown or ambiguous")
      } catch {
        throw ExtractionFault("\(text.excerpt) is not a date")
      }
    case .url:
      do throws(WebURL.Failure) {
        return .string(try WebURL(parsing: text, base: base(), encoding: encoding()).href)
      } catch {
        throw ExtractionFault("\(text.excerpt) is not a URL: \(error.message)")
      }
    case .json:
      if case .string = self {} else { return .json(text) }
      do throws(JSONSyntaxError) {
        return .json(try JSONValue(parsing: text, memory: Self.jsonMemory).serialized)
      } catch {
        throw ExtractionFault("\(text.excerpt) is not JSON: \(error.description)")
      }
    }
  }

  /// The most bytes that a text may hold as JSON.
  private static let jsonMemory = 32 << 20

  /// Says of a number that a person wrote how it could be read.
  private static func remark(on text: String, _ decimal: DecimalSign?) -> String {
    guard decimal == nil, DecimalSign.allCases.contains(where: { WrittenNumber.canonical(text, decimal: $0) != nil })
    else { return "" }
    return "; the option decimal reads numbers like it"
  }
}

extension String {
  /// The text as a message shows it: quoted, on one line, shortened.
  package var excerpt: String {
    let limit = 60
    let start = unicodeScalars.prefix(limit + 1)
    var text = ""
    for scalar in start.prefix(limit) {
      text.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return "'\(text)\(start.count > limit ? "…" : "")'"
  }
}
