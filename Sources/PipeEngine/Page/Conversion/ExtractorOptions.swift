package import PipeSpec
internal import PipeWeb

/// The options that every extractor has.
package struct ExtractorOptions: Sendable {
  package let isRequired: Bool
  package let fallback: Located<WrittenValue>?
  package let conversion: Conversion
  package let scope: Located<FieldScope>?
  /// The option that needs a list, and where it stands.
  var listOption: Located<String>?

  package static let map = MapShape(
    Key(
      optional: "as",
      .choice { (type: FieldType.Element) in type.meaning },
      "The type that values are converted to; one that does not convert is an error of its record, unless there is a "
        + "default.", example: "number"),
    Key(
      optional: "decimal", .choice { $0 == .point ? "1,234.50" : "1.234,50" },
      "The decimal sign of numbers that people wrote: with it, as: int and as: number take grouped digits and a "
        + "currency's sign or code too.", example: #"",""#),
    trueValues, falseValues, format, timezone,
    Key(
      "trim", .bool, default: false, shown: "false",
      "Whether leading and trailing white space is removed."),
    Key(
      optional: "pattern", .regex,
      "Looked for in each value: what its first group matched, or all of it, stands in the value's place; where "
        + "nothing matches, the value is missing.", example: #"/([0-9.]+) EUR/"#),
    Key(
      optional: "split", ListSeparator.shape,
      "Makes a list of a text: what stands between its elements, as a text or a /regular expression/. White space "
        + "around elements is removed, and empty ones are left out.", example: "\",\""),
    Key(
      optional: "map", ValueMap.shape,
      "Values in the place of texts, white space around them removed: as they are written, or else in any case. A text "
        + "that is not here is an error of its record, unless there is a default.",
      example: "{in stock: true, sold out: false}"),
    Key(
      "exists", .bool, default: false, shown: "false",
      "Whether the field is true or false instead of the value: whether the page has one. It is null for a page that "
        + "was not fetched."),
    Key(
      optional: "take",
      .choice { (part: ListPart) in
        switch part {
        case .first: "the first element; null if there is none"
        case .last: "the last element; null if there is none"
        case .count: "how many elements there are"
        }
      }, "What is taken of a list.", example: "count"),
    Key(
      optional: "join", Shape<String>.string, "Makes one text of a list, with this between its elements.",
      example: "\", \""),
    Key(
      optional: "default", WrittenValue.written.located,
      "Value used when the field is missing or does not convert; as converts it as well. With null, what does not "
        + "convert is missing, and no error.", example: "unknown"),
    Key(
      "required", .bool, default: false, shown: "false",
      "Whether a fetched page without a value is an error of its record."),
    Key(
      optional: "scope", FieldScope.shape.located,
      "What is read where a page makes a record of each item (each).", example: "page"),
    make: make
  ).checked { (options, map, context) -> ExtractorOptions? in
    var options = options
    guard ExtractorOptionCheck(options.conversion, map).report(&context) else { return nil }
    for name in ["take", "join"] {
      if let entry = map.entry(name) { options.listOption = Located(name, at: entry.key.span) }
    }
    return options
  }

  private static let trueValues = Key(
    optional: "true_values", words,
    "With as: bool, the texts that are true, in any case; without it, true, yes, on and 1.",
    example: "[in stock, available]")
  private static let falseValues = Key(
    optional: "false_values", words,
    "With as: bool, the texts that are false, in any case; without it, false, no, off and 0.", example: "[sold out]")
  private static let format = Key(
    optional: "format", Shape.dateForm.list(minimum: 1, orOne: true),
    """
    With as: date, the form of the dates, or several that are tried in turn, in strptime's words: %Y %y %m %b %B %d %j \
    %H %I %M %S %f %p %a %A %z %Z, %F %D %T %R for several of them, and %s or %Q for seconds or milliseconds since 1970. \
    Names of months and days are English.
    """, example: "\"%d.%m.%Y %H:%M\"")
  private static let timezone = Key(
    optional: "timezone", Shape.timeZone,
    """
    With as: date, the time zone of dates that do not name one: a place of the system's zone database (tzdata), or an \
    offset; without it, UTC. A time that a change of clocks repeats is its first; one that it skips is as many minutes \
    later.
    """, example: "Europe/Berlin")

  private static func make(
    type: FieldType.Element?, decimal: DecimalSign?, trueWords: [String]?, falseWords: [String]?, forms: [DateForm]?,
    zone: ZoneRules?, trims: Bool, pattern: RegularExpression?, separator: ListSeparator?, map: ValueMap?, exists: Bool,
    part: ListPart?, joint: String?, fallback: Located<WrittenValue>?, isRequired: Bool,
    scope: Located<FieldScope>?
  ) -> ExtractorOptions {
    var conversion = Conversion(trims: trims, pattern: pattern, type: type, decimal: decimal)
    conversion.booleans = BooleanWords(true: trueWords, false: falseWords)
    conversion.dates.forms = forms ?? []
    conversion.dates.zone = zone ?? .utc
    (conversion.separator, conversion.map, conversion.exists) = (separator, map, exists)
    conversion.reduction = part?.reduction ?? joint.map { .joined($0) }
    return ExtractorOptions(isRequired: isRequired, fallback: fallback, conversion: conversion, scope: scope)
  }

  private static let words = Shape<String>.string.list(minimum: 1, orOne: true)
}

/// What a field of an item reads.
package enum FieldScope: String, CaseIterable, Sendable {
  case item, page

  fileprivate static var shape: Shape<FieldScope> {
    .choice { (scope: FieldScope) in
      switch scope {
      case .item: "the item; css, xpath, json, text, links and hash do so"
      case .page: "the whole page"
      }
    }
  }
}

/// What `take` takes of a list.
enum ListPart: String, CaseIterable, Sendable {
  case first, last, count

  var reduction: ListReduction {
    switch self {
    case .first: .first
    case .last: .last
    case .count: .count
    }
  }
}

extension FieldType.Element: CaseIterable {
  package static let allCases: [Self] = [.string, .int, .number, .bool, .date, .url, .json]

  fileprivate var meaning: String {
    switch self {
    case .string: "the text as it is"
    case .int: "a whole number"
    case .number: "a number"
    case .bool:
      "true, yes, on, 1, or false, no, off, 0, or the words of true_values and false_values"
    case .date:
      "a date, of RFC 3339, RFC 9110, RFC 2822 or schema.org, or of format, as RFC 3339 in UTC; midnight and UTC, or "
        + "timezone, where it does not say. A time zone with several meanings (IST, BST) is an error"
    case .url: "an absolute URL; a relative one is resolved against the page's base"
    case .json: "a text that is JSON, as its value"
    }
  }
}

/// What options of one field do not go together.
private struct ExtractorOptionCheck {
  private let conversion: Conversion
  private let map: MapNode

  init(_ conversion: Conversion, _ map: MapNode) { (self.conversion, self.map) = (conversion, map) }

  /// - Returns: Whether all is well.
  func report(_ context: inout DecodingContext) -> Bool {
    let type = conversion.type
    if !needs(
      "decimal", type == .int || type == .number, "numbers", "number, or as: int,", &context)
    {
      return false
    }
    for name in ["true_values", "false_values"]
    where !needs(name, type == .bool, "booleans", "bool", &context) {
      return false
    }
    for name in ["format", "timezone"] where !needs(name, type == .date, "dates", "date", &context) { return false }
    if let word = conversion.booleans.ambiguousWord {
      let entry = map.entry("true_values") ?? map.entry("false_values")
      context.report(
        .conflict, at: entry?.value.span ?? map.span,
        "'\(excerpt(word))' would be both true and false",
        hint: "write the other texts as well: true_values and false_values")
      return false
    }
    if conversion.exists {
      for name in ["as", "map", "split", "take", "join", "required"] where map.entry(name) != nil {
        if name == "as", type == .bool { continue }
        return refuse(name, beside: "exists", "exists is about whether there is a value", &context)
      }
    }
    if map.entry("take") != nil, map.entry("join") != nil {
      return refuse("join", beside: "take", "a list has one use", &context)
    }
    if conversion.reduction == .count {
      for name in ["as", "map"] where map.entry(name) != nil {
        return refuse(
          name, beside: "take", "take: count is about how many elements there are", &context)
      }
    }
    return mapConverts(&context)
  }

  /// Whether the values of `map` are what `as` wants; what a URL is relative to, a page says.
  private func mapConverts(_ context: inout DecodingContext) -> Bool {
    guard let type = conversion.type, type != .url else { return true }
    for (_, value) in conversion.map?.entries ?? [] where value.value != .null {
      do throws(ExtractionFault) {
        _ = try conversion.converted(value.value, to: type, base: { nil }, encoding: { .utf8 })
      } catch {
        context.report(
          .typeMismatch, at: value.span, "as converts what map gives, and \(error.message)",
          hint: "as may be left out: the values of map have their types")
        return false
      }
    }
    return true
  }

  private func needs(
    _ name: String, _ isThere: Bool, _ things: String, _ type: String,
    _ context: inout DecodingContext
  ) -> Bool {
    guard let entry = map.entry(name), !isThere else { return true }
    context.report(
      .badValue, at: entry.key.span,
      "\(name) applies to \(things), and this field is not a \(things.dropLast())",
      hint: "write as: \(type) beside it")
    return false
  }

  private func refuse(
    _ name: String, beside other: String, _ reason: String, _ context: inout DecodingContext
  ) -> Bool {
    context.report(
      .conflict, at: map.entry(name)?.key.span ?? map.span,
      "'\(name)' has no meaning here: \(reason)",
      hint: "remove one of '\(other)' and '\(name)'",
      notes: map.entry(other).map { [Diagnostic.Note("'\(other)' is here", at: $0.key.span)] } ?? []
    )
    return false
  }
}
