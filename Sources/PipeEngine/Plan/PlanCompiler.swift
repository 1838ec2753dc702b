package import PipeSpec
internal import PipeWeb

extension Plan {
  /// Compiles a spec; every fault found is reported, and then there is no plan.
  ///
  /// - Parameters:
  ///   - folder: What the spec's input paths are relative to.
  ///   - processors: How many of them the machine has.
  package static func compile(
    _ spec: Spec, catalogue: Catalogue, folder: SourceFolder, processors: Int, secrets: Secrets
  ) -> (plan: Plan?, diagnostics: [Diagnostic]) {
    var compiler = PlanCompiler(spec: spec, catalogue: catalogue, folder: folder)
    let plan = compiler.compile(processors: processors, secrets: secrets)
    return (compiler.diagnostics.contains { $0.severity == .error } ? nil : plan, compiler.diagnostics)
  }
}

/// Compiles one spec, gathering what is wrong with it.
struct PlanCompiler {
  let spec: Spec
  let catalogue: Catalogue
  let folder: SourceFolder
  private(set) var diagnostics: [Diagnostic] = []
  private var fields: [FieldPlan] = []

  init(spec: Spec, catalogue: Catalogue, folder: SourceFolder) {
    self.spec = spec
    self.catalogue = catalogue
    self.folder = folder
  }

  mutating func compile(processors: Int, secrets: Secrets) -> Plan {
    fields = spec.fields.map { field in
      FieldPlan(
        name: field.name.value, extractor: field.use.product, isRequired: field.use.common.isRequired,
        fallback: field.use.common.fallback.map { .string($0) }, isHidden: false)
    }
    let sources = spec.sources.map { use in
      use.product.check(at: use.span, in: folder) { diagnostics.append($0) }
      return SourcePlan(name: use.name.value, source: use.product, count: use.product.count(in: folder))
    }
    let filter = spec.filter.flatMap { resolve($0) }
    let sinks = spec.sinks.map { use in
      SinkPlan(
        name: use.name.value, sink: use.product, columns: columns(use.common.fields),
        when: use.common.when.flatMap { resolve($0) })
    }
    reportConflicts()
    var bounds = Bounds()
    bounds.extractors = max(1, min(processors, 16))
    bounds.fetched = max(bounds.fetched, spec.fetch.concurrency)
    bounds.frontier = max(bounds.frontier, 2 * spec.fetch.concurrency)
    return Plan(
      name: spec.name, description: spec.description, folder: folder, sources: sources, fetch: spec.fetch,
      fields: fields, needs: fields.reduce(.nothing) { $0.union($1.extractor.needs) }, filter: filter, sinks: sinks,
      bounds: bounds, secrets: secrets)
  }

  /// The columns of a sink: the fields that it names, or those of `extract` with `error` last.
  private mutating func columns(_ names: [Located<String>]?) -> [Column] {
    guard let names else {
      let visible = fields.indices.filter { !fields[$0].isHidden }.map { Column(name: fields[$0].name, index: $0) }
      if visible.contains(where: { $0.name == "error" }) { return visible }
      return visible + [index(of: "error").map { Column(name: "error", index: $0) }].compactMap(\.self)
    }
    return names.compactMap { name in
      if let index = index(of: name.value) { return Column(name: name.value, index: index) }
      let known = fields.filter { !$0.isHidden }.map(\.name)
      diagnostics.append(
        Diagnostic(
          .unknownField, at: name.span, "no field is called '\(name.value)'",
          hint: nearestName(to: name.value, among: known).map { "did you mean '\($0)'?" }
            ?? "the fields are \(known.joined(separator: ", "))"))
      return nil
    }
  }

  /// The place of a field; a built-in name that the spec does not extract becomes a hidden field.
  private mutating func index(of name: String) -> Int? {
    if let index = fields.firstIndex(where: { $0.name == name }) { return index }
    guard let extractor = catalogue.standing(name) ?? (name == "ok" ? OKField() : nil) else { return nil }
    fields.append(FieldPlan(name: name, extractor: extractor, isRequired: false, fallback: nil, isHidden: true))
    return fields.count - 1
  }

  /// Resolves an expression's names, bringing in the hidden fields that it needs.
  private mutating func resolve(_ expression: ParsedExpression) -> Expression? {
    for name in expression.fieldNames { _ = index(of: name) }
    let declarations = fields.map {
      FieldDeclaration($0.name, $0.extractor.type, isNullable: $0.extractor.isNullable)
    }
    switch expression.resolve(declarations) {
    case .success(let resolved): return resolved
    case .failure(let faults):
      diagnostics += faults.diagnostics
      return nil
    }
  }

  /// Two sinks on one output would tear each other's rows.
  private mutating func reportConflicts() {
    var first: [SinkTarget: SourceSpan] = [:]
    for use in spec.sinks {
      let target = use.product.target
      guard let earlier = first[target.value.normalized] else {
        first[target.value.normalized] = target.span
        continue
      }
      let what = target.value == .standardOutput ? "standard output" : "this file"
      diagnostics.append(
        Diagnostic(
          .conflict, at: target.span, "two sinks write \(what)", hint: "give each sink a path of its own",
          notes: [Diagnostic.Note("the other one is here", at: earlier)]))
    }
  }
}

extension SinkTarget {
  /// The same output by one name: `./a//b.csv` is `a/b.csv`.
  fileprivate var normalized: SinkTarget {
    guard case .file(let path) = self else { return self }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return .file((path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/"))
  }
}

/// `ok` in expressions: whether the page was fetched and its status is below 400.
private struct OKField: Extractor {
  let type = FieldType.bool
  let isNullable = false

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    .bool(page.fetched.error == nil && page.response.map { $0.status < 400 } ?? false)
  }
}
