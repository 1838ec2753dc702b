package import PipeSpec

/// The options that every extractor has.
package struct ExtractorOptions: Sendable {
  package let isRequired: Bool
  package let fallback: Located<String>?
  package let conversion: Conversion
  package let scope: Located<FieldScope>?

  package static let map = MapShape(
    Key(
      optional: "as",
      .choice { (type: FieldType.Element) in type.meaning },
      "The type that values are converted to; one that does not convert is an error of its record.",
      example: "number"),
    Key(
      optional: "decimal", .choice { $0 == .point ? "1,234.50" : "1.234,50" },
      "The decimal sign of numbers that people wrote: with it, as: int and as: number take grouped digits and a "
        + "currency's sign or code too.", example: #"",""#),
    Key("trim", .bool, default: false, shown: "false", "Whether leading and trailing white space is removed."),
    Key(
      optional: "pattern", .regex,
      "Looked for in each value: what its first group matched, or all of it, stands in the value's place; where "
        + "nothing matches, the value is missing.", example: #"/([0-9.]+) EUR/"#),
    Key(
      optional: "default", Shape.string.located, "Value used when the field is missing; as converts it as well.",
      example: "unknown"),
    Key(
      "required", .bool, default: false, shown: "false",
      "Whether a fetched page without a value is an error of its record."),
    Key(
      optional: "scope", FieldScope.shape.located,
      "What is read where a page makes a record of each item (each).", example: "page"),
    make: { type, decimal, trims, pattern, fallback, isRequired, scope in
      ExtractorOptions(
        isRequired: isRequired, fallback: fallback,
        conversion: Conversion(trims: trims, pattern: pattern, type: type, decimal: decimal), scope: scope)
    }
  ).checked { (options, map, context) -> ExtractorOptions? in
    if options.conversion.decimal != nil, options.conversion.type != .int, options.conversion.type != .number {
      let span = map.entry("decimal")?.key.span ?? map.span
      context.report(
        .badValue, at: span, "decimal applies to numbers, and this field is not a number",
        hint: "write as: number, or as: int, beside it")
      return nil
    }
    return options
  }
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

extension FieldType.Element: CaseIterable {
  package static let allCases: [Self] = [.string, .int, .number, .bool, .date, .url, .json]

  fileprivate var meaning: String {
    switch self {
    case .string: "the text as it is"
    case .int: "a whole number"
    case .number: "a number"
    case .bool: "true, yes, on, 1, or false, no, off, 0"
    case .date:
      "a date, of RFC 3339, RFC 9110, RFC 2822 or schema.org, as RFC 3339 in UTC; midnight and UTC where it does not say. "
        + "A time zone with several meanings (IST, BST) is an error"
    case .url: "an absolute URL; a relative one is resolved against the page's base"
    case .json: "a text that is JSON, as its value"
    }
  }
}

extension FieldPlan {
  /// The field of an extractor with these options.
  ///
  /// - Parameter report: Gets a default that is none of the field's type.
  convenience init(
    name: String, shown: String, shownColumn: String? = nil, _ extractor: any Extractor, _ options: ExtractorOptions,
    report: (Diagnostic) -> Void
  ) {
    let conversion = options.conversion
    let converted: any Extractor =
      conversion.isIdentity ? extractor : ConvertedExtractor(extractor: extractor, conversion: conversion)
    let type = converted.type
    let fallback = options.fallback.flatMap { text -> Value? in
      do throws(ExtractionFault) {
        let value = try Conversion(type: type.ofDefault, decimal: conversion.decimal)
          .convert(.string(text.value), base: nil)
        return type.isList ? .list([value]) : value
      } catch {
        report(
          Diagnostic(
            .typeMismatch, at: text.span, "the default of '\(name)' must be a \(type.name): \(error.message)",
            hint: conversion.type == nil ? "as gives the field another type" : nil))
        return nil
      }
    }
    self.init(
      name: name, shown: shown, shownColumn: shownColumn, extractor: converted, isRequired: options.isRequired,
      fallback: fallback, isHidden: false, readsItem: converted.readsItem && options.scope?.value != .page)
  }

  /// What expressions know of the field.
  var declaration: FieldDeclaration {
    FieldDeclaration(
      name, extractor.type, isNullable: extractor.isNullable && fallback == nil,
      bounds: fallback == nil ? extractor.bounds : nil, codes: fallback == nil ? extractor.codes : [],
      words: fallback == nil ? extractor.words : nil)
  }
}

extension FieldType {
  /// What a default is converted to; a text that says that there is none is as good as one.
  fileprivate var ofDefault: Element? {
    switch element {
    case .int, .number, .bool, .date: element
    case .string, .url, .json: nil
    }
  }
}
