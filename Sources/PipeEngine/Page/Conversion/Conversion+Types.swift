internal import PipeSpec
internal import PipeText
package import PipeWeb

extension Conversion {
  /// A value as one of a type.
  ///
  /// - Throws: Where it is not one; the fault says that it did not convert.
  func converted(
    _ value: Value, to type: FieldType.Element, base: () -> WebURL?,
    encoding: () -> CharacterEncoding
  ) throws(ExtractionFault) -> Value {
    // The URL parser trims what the standard says, which is not a no-break space.
    let isAsItIs = type == .string || type == .json || type == .url
    let text = isAsItIs ? value.plainText : value.plainText.trimmingWhiteSpace()
    func fault(_ message: String) -> ExtractionFault {
      ExtractionFault(message, isConversion: true)
    }
    switch type {
    case .string: return .string(text)
    case .int:
      let plain = decimal.map { WrittenNumber.canonical(text, decimal: $0) } ?? text
      guard let number = plain.flatMap({ DecimalNumber($0) }), number.isWhole else {
        throw fault("\(text.excerpt) is not a whole number\(remark(on: text))")
      }
      if let whole = number.integer { return .int(whole) }
      throw fault("\(text.excerpt) does not fit in 64 bits; as: string keeps its digits")
    case .number:
      let plain = decimal.map { WrittenNumber.canonical(text, decimal: $0) } ?? text
      if let number = plain.flatMap({ WrittenNumber.value($0) }) { return number }
      // The digits of a JSON number are data, whatever a Double can hold.
      if case .json = value, decimal == nil, DecimalNumber(text) != nil { return value }
      throw fault("\(text.excerpt) is not a number\(remark(on: text))")
    case .bool:
      if case .bool = value, booleans.isDefault { return value }
      if let isTrue = booleans.value(of: text) { return .bool(isTrue) }
      throw fault("\(text.excerpt) is neither true nor false")
    case .date: return .string(try dates.timestamp(text).description)
    case .url:
      do throws(WebURL.Failure) {
        return .string(try WebURL(parsing: text, base: base(), encoding: encoding()).href)
      } catch {
        throw fault("\(text.excerpt) is not a URL: \(error.message)")
      }
    case .json:
      if case .string = value {} else { return .json(text) }
      do throws(JSONSyntaxError) {
        return .json(try JSONValue(parsing: text, memory: Self.jsonMemory).serialized)
      } catch {
        throw fault("\(text.excerpt) is not JSON: \(error.description)")
      }
    }
  }

  /// The most bytes that a text may hold as JSON.
  private static let jsonMemory = 32 << 20

  /// Says of a number that a person wrote how it could be read.
  private func remark(on text: String) -> String {
    // Plain digits are not what keeps it from being one.
    guard decimal == nil, Double(text) == nil,
      DecimalSign.allCases.contains(where: { WrittenNumber.canonical(text, decimal: $0) != nil })
    else { return "" }
    return "; the option decimal reads numbers like it"
  }
}

/// The texts that are true, and those that are false, in any case and white space around them removed.
package struct BooleanWords: Hashable, Sendable {
  private let meanings: [String: Bool]
  /// Whether they are the usual ones.
  let isDefault: Bool
  /// A text that would be both.
  let ambiguousWord: String?

  package init(true trueWords: [String]? = nil, false falseWords: [String]? = nil) {
    isDefault = trueWords == nil && falseWords == nil
    let trueWords = (trueWords ?? ["true", "yes", "on", "1"]).map(Self.folded)
    let falseWords = (falseWords ?? ["false", "no", "off", "0"]).map(Self.folded)
    ambiguousWord = trueWords.first { falseWords.contains($0) }
    meanings = Dictionary(trueWords.map { ($0, true) } + falseWords.map { ($0, false) }) { first, _ in first }
  }

  func value(of text: String) -> Bool? { meanings[Self.folded(text)] }

  private static func folded(_ text: String) -> String { text.trimmingWhiteSpace().lowercased() }
}

/// How dates are read: in the forms that are named, or else in those that everybody writes.
package struct DateReading: Hashable, Sendable {
  /// Tried in their order.
  package var forms: [DateForm] = []
  /// Where clocks show what a text without a time zone says.
  package var zone = ZoneRules.utc

  package init() {}

  func timestamp(_ text: String) throws(ExtractionFault) -> Timestamp {
    if forms.isEmpty {
      do throws(WrittenDate.Fault) {
        return try Timestamp(written: text, in: zone)
      } catch .zone(let name) {
        throw ExtractionFault(
          "\(text.excerpt) is not a date: the time zone \(name) is unknown or ambiguous",
          isConversion: true)
      } catch {
        throw ExtractionFault("\(text.excerpt) is not a date", isConversion: true)
      }
    }
    for form in forms { if let found = form.timestamp(text, in: zone) { return found } }
    throw ExtractionFault(
      "\(text.excerpt) is not a date of \(forms.count == 1 ? "the format" : "one of the formats")",
      isConversion: true)
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
