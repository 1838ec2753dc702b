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
  /// Fields that there are, but whose extractors are faulty.
  private var faultyFields: Set<String> = []
  /// The fields of `extract` that an expression or a sink names.
  private var namedFields: Set<String> = []

  init(spec: Spec, catalogue: Catalogue, folder: SourceFolder) {
    self.spec = spec
    self.catalogue = catalogue
    self.folder = folder
  }

  mutating func compile(processors: Int, secrets: Secrets) -> Plan {
    for field in spec.fields ?? [] {
      guard let use = field.use, let extractor = use.product else {
        faultyFields.insert(field.name.value)
        continue
      }
      fields.append(FieldPlan(name: field.name.value, extractor, use.common) { diagnostics.append($0) })
    }
    let sources = spec.sources.compactMap { use -> SourcePlan? in
      guard let source = use.product else { return nil }
      source.check(at: use.span, in: folder) { diagnostics.append($0) }
      return SourcePlan(name: use.name.value, source: source)
    }
    spec.fetch.check(in: folder) { diagnostics.append($0) }
    let filter = spec.filter.flatMap { resolve($0) }
    let sinks = spec.sinks.compactMap { use -> SinkPlan? in
      let columns = columns(use.common.fields)
      let when = use.common.when.flatMap { resolve($0) }
      return use.product.map { sink in
        SinkPlan(
          name: use.name.value, sink: sink, columns: columns, order: use.common.order, when: when,
          whenText: use.common.when?.description)
      }
    }
    reportUnusedFields()
    reportConflicts()
    var bounds = Bounds(memory: spec.limits.memory.bytes, sinks: sinks.count)
    bounds.extractors = max(1, min(processors, 16))
    bounds.fetched = max(bounds.fetched, spec.fetch.concurrency)
    bounds.frontier = max(bounds.frontier, 2 * spec.fetch.concurrency)
    return Plan(
      name: spec.name, description: spec.description, folder: folder, sources: sources, fetch: spec.fetch,
      fields: fields, needs: fields.reduce(.nothing) { $0.union($1.extractor.needs) }, filter: filter,
      filterText: spec.filter?.description, sinks: sinks, bounds: bounds, secrets: secrets)
  }

  /// The columns of a sink: the fields that it names, or those of `extract` with `error` last.
  private mutating func columns(_ names: [Located<String>]?) -> [Column] {
    guard let names else {
      let visible = fields.indices.filter { !fields[$0].isHidden }.map { Column(name: fields[$0].name, index: $0) }
      if visible.contains(where: { $0.name == "error" }) { return visible }
      return visible + [index(of: "error").map { Column(name: "error", index: $0) }].compactMap(\.self)
    }
    return names.compactMap { name in
      namedFields.insert(name.value)
      if let index = index(of: name.value) { return Column(name: name.value, index: index) }
      // What cannot be told, and what is reported already, is not reported here.
      guard let written = spec.fields, !faultyFields.contains(name.value) else { return nil }
      let known = written.map(\.name.value)
      diagnostics.append(
        Diagnostic(
          .unknownField, at: name.span, "no field is called '\(name.value)'",
          hint: nearestName(to: name.value, among: known + standingNames).map { "did you mean '\($0)'?" }
            ?? "the fields are \(known.joined(separator: ", "))"))
      return nil
    }
  }

  /// The place of a field; a built-in name that the spec does not extract becomes a hidden field.
  private mutating func index(of name: String) -> Int? {
    if let index = fields.firstIndex(where: { $0.name == name }) { return index }
    if faultyFields.contains(name) { return nil }
    guard let extractor = catalogue.standing(name) ?? (name == "ok" ? OKField() : nil) else { return nil }
    fields.append(FieldPlan(name: name, extractor: extractor, isRequired: false, fallback: nil, isHidden: true))
    return fields.count - 1
  }

  /// What an expression or a sink may name besides the fields of `extract`.
  private var standingNames: [String] { catalogue.extractors.filter(\.standsAlone).map(\.name) + ["ok"] }

  /// Resolves an expression's names, bringing in the hidden fields that it needs.
  private mutating func resolve(_ expression: ParsedExpression) -> Expression? {
    namedFields.formUnion(expression.fieldNames)
    if spec.fields == nil { return nil }
    for name in expression.fieldNames { _ = index(of: name) }
    switch expression.resolve(fields.map(\.declaration), faulty: faultyFields, others: standingNames) {
    case .success(let resolved): return resolved
    case .failure(let faults):
      diagnostics += faults.diagnostics
      return nil
    }
  }

  /// A field that no sink writes and no expression asks for is extracted for nothing.
  private mutating func reportUnusedFields() {
    guard !spec.sinks.isEmpty, spec.sinks.allSatisfy({ $0.common.fields != nil }) else { return }
    let names = (spec.fields ?? []).map(\.name.value)
    // A field whose name is misspelt where it is used is used all the same.
    namedFields.formUnion(namedFields.subtracting(names).compactMap { nearestName(to: $0, among: names) })
    for field in spec.fields ?? [] where !namedFields.contains(field.name.value) {
      diagnostics.append(
        Diagnostic(
          .unusedField, at: field.name.span, "no sink writes the field '\(field.name.value)'",
          hint: "add it to the fields of a sink, or remove it"))
    }
  }

  /// Two sinks on one output would tear each other's rows.
  private mutating func reportConflicts() {
    var first: [SinkTarget: SourceSpan] = [:]
    for use in spec.sinks {
      guard let target = use.product?.target else { continue }
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
