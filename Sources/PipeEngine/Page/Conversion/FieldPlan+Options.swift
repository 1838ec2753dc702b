internal import PipeSpec
internal import PipeWeb

extension FieldPlan {
  /// The field of an extractor with these options.
  ///
  /// - Parameter report: Gets a default that is none of the field's type, and options that need a list.
  convenience init(
    name: String, shown: String, shownColumn: String? = nil, _ extractor: any Extractor,
    _ options: ExtractorOptions,
    report: (Diagnostic) -> Void
  ) {
    var conversion = options.conversion
    let type = conversion.result(of: extractor.type)
    if let option = options.listOption, !extractor.type.isList, conversion.separator == nil {
      report(
        Diagnostic(
          .typeMismatch, at: option.span,
          "\(option.value) needs a list, and '\(name)' is one \(extractor.type.name)",
          hint: "split makes a list of a text, and all: true takes all that an extractor finds"))
    }
    let fallback = options.fallback.flatMap { written -> Value? in
      do throws(ExtractionFault) {
        return try written.value.converted(to: type.element, by: conversion)
      } catch {
        report(
          Diagnostic(
            .typeMismatch, at: written.span,
            "the default of '\(name)' must be \(type == .json ? "" : "a ")\(type.name): \(error.message)",
            hint: conversion.type == nil && conversion.map == nil
              ? "as gives the field another type" : nil))
        return nil
      }
    }
    if type.isList { conversion.standIn = fallback }
    let converted: any Extractor =
      conversion.isIdentity
      ? extractor : ConvertedExtractor(extractor: extractor, conversion: conversion)
    self.init(
      name: name, shown: shown, shownColumn: shownColumn, extractor: converted,
      isRequired: options.isRequired,
      fallback: fallback.map { type.isList && $0 != .null ? .list([$0]) : $0 }, isHidden: false,
      readsItem: converted.readsItem && options.scope?.value != .page)
  }

  /// What expressions know of the field.
  var declaration: FieldDeclaration {
    let hasOther = fallback.map { $0 != .null } ?? false
    return FieldDeclaration(
      name, extractor.type, isNullable: extractor.isNullable && !hasOther,
      bounds: hasOther ? nil : extractor.bounds,
      codes: hasOther ? [] : extractor.codes, words: hasOther ? nil : extractor.words)
  }
}
