package import PipeSpec
internal import PipeText
internal import PipeWeb

extension Plan {
  /// Compiles a spec; every fault found is reported, and then there is no plan.
  ///
  /// - Parameters:
  ///   - masked: The spec read with `***` for each secret, where there are any.
  ///   - folder: What the spec's input paths are relative to.
  ///   - processors: How many of them the machine has.
  ///   - limit: The most requests admitted.
  ///   - secretFiles: The files that its secrets came from.
  ///   - file: The name of the spec's file, for the places in it.
  package static func compile(
    _ spec: Spec, masked: Spec? = nil, catalogue: Catalogue, folder: SourceFolder, processors: Int, limit: Int? = nil,
    secretFiles: [Located<String>] = [], file: String = ""
  ) -> (plan: Plan?, diagnostics: [Diagnostic]) {
    var compiler = PlanCompiler(spec: spec, masked: masked, catalogue: catalogue, folder: folder, file: file)
    let plan = compiler.compile(processors: processors, limit: limit, secretFiles: secretFiles)
    return (compiler.diagnostics.contains { $0.severity == .error } ? nil : plan, compiler.diagnostics)
  }
}

/// Compiles one spec, gathering what is wrong with it.
struct PlanCompiler {
  let spec: Spec
  private let shown: ShownSpec
  let catalogue: Catalogue
  let folder: SourceFolder
  private let file: String
  var diagnostics: [Diagnostic] = []
  var fields: [FieldPlan] = []
  private var indexByName: [ExactText: Int] = [:]
  /// Fields that there are, but whose extractors are faulty.
  var faultyFields: Set<ExactText> = []
  /// The fields of `extract` that an expression or a sink names.
  var namedFields: Set<ExactText> = []
  private var guesses = NameGuesses()

  init(spec: Spec, masked: Spec?, catalogue: Catalogue, folder: SourceFolder, file: String) {
    self.spec = spec
    shown = ShownSpec(spec, masked: masked)
    self.catalogue = catalogue
    self.folder = folder
    self.file = String(file.split(separator: "/").last ?? "")
  }

  /// Whether robots.txt is obeyed if the spec does not say.
  private var obeysRobots: Bool { spec.crawl != nil }

  mutating func compile(processors: Int, limit: Int?, secretFiles: [Located<String>]) -> Plan {
    for field in spec.fields ?? [] {
      guard let use = field.use, let extractor = use.product else {
        faultyFields.insert(ExactText(field.name.value))
        continue
      }
      fields.append(
        FieldPlan(
          name: field.name.value, shown: shown.name(of: field), shownColumn: shown.column(of: field), extractor,
          use.common
        ) {
          diagnostics.append($0)
        })
    }
    let sources = spec.sources.compactMap { use -> SourcePlan? in
      guard let source = use.product else { return nil }
      source.check(at: use.span, in: folder) { diagnostics.append($0) }
      spec.fetch.check(use.common.follow) { diagnostics.append($0) }
      return SourcePlan(
        name: use.name.value, source: source, shown: shown.summary(of: use) ?? "", follow: use.common.follow?.value,
        notes: shown.notes(of: use, in: folder))
    }
    spec.fetch.check(in: folder) { diagnostics.append($0) }
    spec.fetch.checkLogin { diagnostics.append($0) }
    spec.fetch.checkRobots(isDefault: obeysRobots) { diagnostics.append($0) }
    let filter = spec.filter.flatMap { resolve($0) }
    let sinks = spec.sinks.compactMap { use -> SinkPlan? in
      let isOfLinks = use.common.rows == .links
      let columns = isOfLinks ? linkColumns(use) : columns(use.common.fields)
      let when = use.common.when.flatMap { isOfLinks ? resolveForLinks($0) : resolve($0) }
      return use.product.map { sink in
        sink.check(columns) { diagnostics.append($0) }
        return SinkPlan(
          name: use.name.value, sink: sink, shown: shown.summary(of: use) ?? "", columns: columns,
          order: use.common.order, rows: use.common.rows, when: when, whenText: shown.condition(of: use))
      }
    }
    let expect = expectPlan()
    reportUnusedFields()
    reportMissingColumns()
    let files = files(secretFiles: secretFiles)
    diagnostics += files.compactMap(\.pathFault)
    diagnostics += FileConflicts.find(among: files, isRunning: false)
    checkServers()
    reportUnusedCredentials()
    var crawl = crawlPlan()
    crawl?.mostListPages = sources.map { $0.follow?.maxPages }
    diagnostics += ItemChecks.diagnostics(of: spec)
    var needs = fields.reduce(crawl?.needs ?? PageNeeds.nothing) { $0.union($1.extractor.needs) }
    if let each = spec.each { needs = needs.union(each.value.selector.needs) }
    for source in sources { if let follow = source.follow { needs = needs.union(follow.selector.needs) } }
    var bounds = Bounds(
      memory: spec.limits.memory.bytes, sinks: sinks.count,
      isOrdered: sinks.contains { $0.order == .input }
        || crawl != nil && fields.contains { $0.extractor.placeFact != nil },
      isCrawl: crawl != nil, needs: needs)
    bounds.extractors = max(1, min(processors, 16))
    bounds.values = ValueLimits(value: spec.limits.value.bytes, record: spec.limits.record.bytes)
    if let disk = spec.limits.disk {
      bounds.disk = crawl == nil ? disk.bytes : disk.bytes / 4
      bounds.crawlDisk = disk.bytes / 2
    }
    bounds.fetched = max(bounds.fetched, spec.fetch.concurrency)
    bounds.frontier = max(bounds.frontier, 2 * spec.fetch.concurrency)
    var fetch = FetchPlan(spec.fetch, in: folder, obeysRobots: obeysRobots)
    fetch.redirectsAreLinks = crawl != nil
    var plan = Plan(
      name: shown.name, description: shown.description, folder: folder, sources: sources,
      fetch: fetch, crawl: crawl, fields: fields, needs: needs, filter: filter,
      filterText: shown.filter, sinks: sinks, bounds: bounds, files: files,
      connectionNotes: shown.connectionNotes(robots: fetch.robots),
      limit: [limit, spec.limits.records].compactMap(\.self).min(), stopLimits: spec.limits.stops,
      journal: journalPlan(of: sinks))
    plan.each = spec.each?.value
    plan.expect = expect
    return plan
  }

  /// The journal of a run; `nil` if it has none, or if no sink could go on where it left off.
  private func journalPlan(of sinks: [SinkPlan]) -> JournalPlan? {
    guard sinks.contains(where: { $0.sink.delivery == .exactlyOnce }) else { return nil }
    return JournalPlan(spec.journal, name: shown.name, file: folder.spec)
  }

  /// The columns of a sink whose rows are links.
  private mutating func linkColumns(_ use: Use<any Sink, SinkOptions>) -> [Column] {
    if spec.crawl == nil {
      diagnostics.append(
        Diagnostic(
          .missingKey, at: use.span, "rows: links needs a crawl, which is what follows links",
          hint: "add crawl: {depth: 1}, or remove rows: links; the field 'links' has the links of each page"))
    }
    let all = LinkRow.Field.allCases
    guard let names = use.common.fields else { return all.map(\.column) }
    return names.compactMap { name in
      if let field = LinkRow.Field(rawValue: name.value) { return field.column }
      let known = all.map(\.rawValue)
      diagnostics.append(
        Diagnostic(
          .unknownField, at: name.span, "rows of links have no field '\(name.value)'",
          hint: guesses.nearest(to: name.value, among: known).map { "did you mean '\($0)'?" }
            ?? "their fields are \(known.joined(separator: ", "))"))
      return nil
    }
  }

  /// Resolves the names of a condition on links.
  private mutating func resolveForLinks(_ expression: ParsedExpression) -> Expression? {
    switch expression.resolve(LinkRow.declarations) {
    case .success(let resolved): return resolved
    case .failure(let faults):
      diagnostics += faults.diagnostics
      return nil
    }
  }

  /// How links are followed.
  private mutating func crawlPlan() -> CrawlPlan? {
    guard let settings = spec.crawl else { return nil }
    for sink in spec.sinks where sink.common.order == .input {
      diagnostics.append(
        Diagnostic(
          .conflict, at: sink.span, "order: input has no meaning in a crawl, whose pages come from links",
          hint: "remove it; the field depth tells how far a page is from a source",
          notes: [Diagnostic.Note("the crawl is here", at: settings.span)]))
    }
    var plan = CrawlPlan(settings.value, token: spec.fetch.robotsToken, spec: file)
    let ofLinks = spec.sinks.map(\.common).filter { $0.rows == .links }
    plan.keepsLinks = !ofLinks.isEmpty
    plan.keepsLinkPlaces = ofLinks.contains { sink in
      guard let fields = sink.fields else { return true }
      let names = fields.map(\.value) + (sink.when?.fieldNames ?? [])
      return names.contains { LinkRow.Field(rawValue: $0)?.isPlace == true }
    }
    plan.checksLinks = settings.value.check?.value == .external && plan.keepsLinks && plan.scope != .any
    plan.checksFragments = settings.value.fragments?.value == true && plan.keepsLinks
    reportIdleChecks(settings.value, of: plan)
    plan.waitsForSources = fields.contains { $0.extractor.inputColumn != nil }
    return plan
  }

  /// Checks that no row tells of are not made.
  private mutating func reportIdleChecks(_ settings: CrawlSettings, of plan: CrawlPlan) {
    let check = settings.check?.value == .external ? settings.check?.span : nil
    let fragments = settings.fragments?.value == true ? settings.fragments?.span : nil
    for (span, key) in [(check, "check: external"), (fragments, "fragments: true")] {
      guard let span, !plan.keepsLinks else { continue }
      diagnostics.append(
        Diagnostic(
          .noEffect, at: span, "\(key) has no effect without rows of links",
          hint: "add a sink with rows: links, or remove it"))
    }
    if let check, plan.keepsLinks, plan.scope == .any {
      diagnostics.append(
        Diagnostic(
          .noEffect, at: check, "check: external has no effect with scope: any, which no link is out of",
          hint: "remove it, or choose a narrower scope"))
    }
  }

  /// The columns of a sink: the fields that it names, or those of `extract` with `error` last.
  private mutating func columns(_ names: [Located<String>]?) -> [Column] {
    guard let names else {
      let visible = fields.indices.filter { !fields[$0].isHidden }.map { column(fields[$0].name, at: $0) }
      if visible.contains(where: { $0.name == "error" }) { return visible }
      return visible + [index(of: "error").map { column("error", at: $0) }].compactMap(\.self)
    }
    var seen: [ExactText: SourceSpan] = [:]
    return names.compactMap { name in
      let exact = ExactText(name.value)
      namedFields.insert(exact)
      if let first = seen[exact] {
        // Readers keep one of two columns, or members, of one name.
        diagnostics.append(
          Diagnostic(
            .duplicateKey, at: name.span, "the field '\(name.value)' is there already", hint: "remove one of them",
            notes: [Diagnostic.Note("the first is here", at: first)]))
        return nil
      }
      seen[exact] = name.span
      if let index = index(of: name.value) { return column(name.value, at: index) }
      // What cannot be told, and what is reported already, is not reported here.
      guard let written = spec.fields, !faultyFields.contains(exact) else { return nil }
      let known = written.map(\.name.value)
      diagnostics.append(
        Diagnostic(
          .unknownField, at: name.span, "no field is called '\(name.value)'",
          hint: guesses.nearest(to: name.value, among: known + standingNames).map { "did you mean '\($0)'?" }
            ?? "the fields are \(known.prefix(16).joined(separator: ", "))\(known.count > 16 ? ", …" : "")"))
      return nil
    }
  }

  private func column(_ name: String, at index: Int) -> Column {
    let declaration = fields[index].declaration
    return Column(name: name, index: index, type: declaration.type, isNullable: declaration.isNullable)
  }

  /// The place of a field; a built-in name that the spec does not extract becomes a hidden field.
  mutating func index(of name: String) -> Int? {
    for index in indexByName.count..<fields.count where indexByName[ExactText(fields[index].name)] == nil {
      indexByName[ExactText(fields[index].name)] = index
    }
    if let index = indexByName[ExactText(name)] { return index }
    if faultyFields.contains(ExactText(name)) { return nil }
    guard let extractor = catalogue.standing(name) ?? (name == "ok" ? OKField() : nil) else { return nil }
    fields.append(
      FieldPlan(name: name, shown: name, extractor: extractor, isRequired: false, fallback: nil, isHidden: true))
    return fields.count - 1
  }

  /// What an expression or a sink may name besides the fields of `extract`.
  var standingNames: [String] {
    catalogue.extractors.filter { $0.standsAlone && $0.name != "ok" }.map(\.name) + ["ok"]
  }

  /// Resolves an expression's names, bringing in the hidden fields that it needs.
  private mutating func resolve(_ expression: ParsedExpression) -> Expression? {
    namedFields.formUnion(expression.fieldNames.map { ExactText($0) })
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
    let sinks = spec.sinks.filter { $0.common.rows == .pages }
    guard !sinks.isEmpty, sinks.allSatisfy({ $0.common.fields != nil }) else { return }
    let names = (spec.fields ?? []).map(\.name.value)
    // A field whose name is misspelt where it is used is used all the same.
    let unknown = namedFields.subtracting(names.map { ExactText($0) }).map(\.text).sorted()
    namedFields.formUnion(unknown.compactMap { guesses.nearest(to: $0, among: names).map { ExactText($0) } })
    for field in spec.fields ?? [] where !namedFields.contains(ExactText(field.name.value)) {
      diagnostics.append(
        Diagnostic(
          .unusedField, at: field.name.span, "no sink writes the field '\(field.name.value)'",
          hint: "add it to the fields of a sink, or remove it"))
    }
  }

  /// A field that reads a column which no row can have would be null in every record.
  private mutating func reportMissingColumns() {
    let wanted = fields.compactMap(\.extractor.inputColumn)
    if wanted.isEmpty || spec.sources.isEmpty { return }
    var known: [String] = []
    var hint: String?
    for source in spec.sources {
      switch source.product?.columns(in: folder) {
      case .named(let names): known += names
      case .none(let words)?: hint = hint ?? words
      case .unknown, nil: return
      }
    }
    let names = Set(known.map { ExactText($0) })
    for column in wanted where !names.contains(ExactText(column.value)) {
      let near = guesses.nearest(to: column.value, among: known)
      let list = known.filter { !$0.isEmpty }.prefix(16).joined(separator: ", ")
      diagnostics.append(
        Diagnostic(
          .unknownField, at: column.span,
          "no source has a column '\(excerpt(column.value))', so the field would be null in every record",
          hint: near.map { "did you mean '\($0)'?" }
            ?? (list.isEmpty ? hint ?? "rows of format: csv and jsonl have columns" : "the columns are \(list)")))
    }
  }

  /// A credential that is sent to an origin which no source has is sent nowhere, unless a redirect leads there. Neither are
  /// the cookies of a login.
  private mutating func reportUnusedCredentials() {
    let login = spec.fetch.login
    if spec.fetch.credentials.isEmpty && login == nil { return }
    if spec.sources.contains(where: { $0.product == nil }) { return }
    var asked: Set<WebURL.OriginKey> = []
    for source in spec.sources {
      guard let origins = source.product?.origins else { return }
      asked.formUnion(origins)
    }
    if let login, !asked.isEmpty, !asked.contains(where: { login.plan.url.isOfSameSite(as: $0) }) {
      diagnostics.append(
        Diagnostic(
          .noEffect, at: login.span, "no source has a URL of this site, so no page is fetched with the login",
          hint: "cookies are sent to the site that sets them, and to nobody else"))
    }
    if let login { asked.insert(login.plan.url.originKey) }
    for credential in spec.fetch.credentials where !asked.contains(credential.origin.originKey) {
      let other = asked.first { $0.description.contains("://\(credential.origin.host)") }
      diagnostics.append(
        Diagnostic(
          .noEffect, at: credential.span, "no source has a URL of this origin, so the credential is not sent",
          hint: other.map { "the sources have \($0)" } ?? "an origin is the scheme, host and port of the URLs"))
    }
  }
}

/// `ok` in expressions: whether the page was fetched and its status is below 400.
private struct OKField: Extractor {
  let type = FieldType.bool
  let isNullable = false

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    .bool(page.isOK)
  }
}
