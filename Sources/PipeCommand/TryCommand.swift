import ArgumentParser
import Glibc
import PipeEngine
import PipeHTTP
import PipeSpec
import PipeStages
import PipeWeb

/// `pipe try`: one page, and what extractors give of it.
struct TryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try",
    abstract: "Fetch one page and show what extractors give of it.",
    discussion: """
      A FIELD is a built-in name (title), EXTRACTOR=ARGUMENT ('css=h1', 'json=$.items[*].id'), or an extractor with its \
      options as a spec has it ('{css: .price, as: number}'); NAME: before it gives the field a name \
      ('price:css=.price'). Without any, it shows what the page is. With --spec, the page is fetched as that spec says, \
      its fields are shown, and a FIELD may be one of their names.

      It is fetched once, without retries, unless the spec says otherwise, and robots.txt is asked only if the spec obeys it.

      Exit status: 0 the page was fetched and every FIELD has a value; 1 it was not, or a field has an error, or a FIELD \
      has no value; 2 the spec is invalid; 64 wrong usage, a faulty FIELD too.
      """)

  @Argument(help: ArgumentHelp("The page's URL.", valueName: "url"))
  var url: String

  @Argument(
    help: ArgumentHelp("What to extract.", valueName: "field"),
    completion: .list(Catalogue.standard.extractors.map(\.name)))
  var fields: [String] = []

  @Option(
    help: ArgumentHelp("The spec whose fetch settings and fields are used.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String?

  @Flag(help: "Show the request and the head of the answer as they went over the wire, without credentials.")
  var sent = false

  @Option(
    help: ArgumentHelp("Write a spec to begin with, for the URL and the fields.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var saveSpec: String?

  @Option(
    help: ArgumentHelp(
      "An address that is not of the public internet and may be fetched from: a host name, an address or a CIDR block.",
      valueName: "address"))
  var allowPrivate: [String] = []

  @Option(help: "How the result is written: text or json.")
  var format = TextFormat.text

  @OptionGroup var options: SpecOptions

  mutating func validate() throws {
    if spec != nil, saveSpec != nil {
      throw ValidationError("--save-spec writes a spec of its own: leave --spec away.")
    }
    if spec == nil, !options.settings.isEmpty {
      throw ValidationError("--set gives variables of a spec: name it with --spec.")
    }
    for address in allowPrivate where AddressPolicy.Entry(address) == nil {
      throw ValidationError("--allow-private takes a host name, an address or a CIDR block, not '\(address)'.")
    }
  }

  func run() async throws {
    MemoryTuning.apply()
    if let fault = WrittenURL.faultForFetching(url) {
      StandardError.say("pipe: \(TerminalCell.shown(fault))")
      throw ExitStatus.wrongUsage
    }
    if let saveSpec { try TextFile.checkIsNew(saveSpec) }
    let (plan, sketch) = try prepare()
    let trial = Trial(plan, of: url)
    let wire = sent ? WireLog() : nil
    let listener = RunListener()
    let run = Run(trial.plan, fetcher: HTTPFetcher(trial.plan, wire: wire), listeners: [listener])
    run.control.onNotice { [plan] in
      StandardError.say("pipe: warning: \(TerminalCell.shown(plan.shown(notice: $0)))")
    }
    async let told: Void = TrialProgress.tell(listener)
    let outcome = await run.perform()
    await told
    if let wire { StandardError.say(WireText.render(wire.parts, plan.mask)) }
    if let failure = outcome.failure {
      StandardError.say("pipe: \(TerminalCell.shown(failure.text(in: trial.plan)))")
      throw ExitStatus.failed
    }
    guard let result = trial.result else {
      StandardError.say("pipe: the run ended without a record: \(outcome.reason.name)")
      throw ExitStatus.failed
    }
    try show(result, plan.mask)
    if let saveSpec, let sketch {
      try TextFile.write(sketch.text, to: saveSpec, replacing: false, hint: TextFile.anotherFile)
      StandardError.say("pipe: wrote \(saveSpec): 'pipe run \(saveSpec)' runs it")
    }
    if hasFailed(result) { throw ExitStatus.failed }
  }

  /// The plan of the spec, or of one that is made up.
  private func prepare() throws -> (plan: Plan, sketch: SpecSketch?) {
    let loader = options.loader(reading: .everything)
    var known: [String] = []
    if let spec {
      let pipeline = loader.load(spec)
      pipeline.show()
      guard let plan = pipeline.plan else { throw ExitStatus.invalidSpec }
      known = plan.fields.filter { !$0.isHidden }.map(\.name)
    }
    let asked = fields.isEmpty && spec == nil ? Self.facts : fields
    let given = loader.fields(asked, known: known)
    if !given.diagnostics.isEmpty { given.report.show() }
    if given.report.hasErrors { throw ExitStatus.wrongUsage }
    let sketch =
      spec == nil
      ? SpecSketch(url: url, fields: fields.isEmpty ? [] : given.entries, addresses: allowPrivate, file: saveSpec) : nil
    let pipeline = loader.loadForTrial(spec, sketch: sketch?.text ?? "", fields: asked.isEmpty ? nil : given)
    guard var plan = pipeline.plan else {
      // What can be wrong with it is told already.
      pipeline.show()
      throw spec == nil ? ExitStatus.wrongUsage : ExitStatus.invalidSpec
    }
    if spec == nil { plan.fetch.retry.attempts = 1 }
    plan.fetch.addresses.allow += allowPrivate.compactMap { AddressPolicy.Entry($0) }
    return (plan, sketch)
  }

  /// What a page is, for somebody who asks for nothing.
  private static let facts = [
    "status", "final_url", "redirects", "content_type", "charset", "language", "length", "title", "h1", "description",
    "canonical", "http_version", "ip", "elapsed",
  ]

  private var isOfFacts: Bool { fields.isEmpty && spec == nil }

  private func show(_ result: TrialResult, _ mask: SecretMask) throws {
    let report = TrialText(result, url: url, mask: mask)
    switch format {
    case .json: try StandardOutput.write(TrialJSON.render(result, url: url, mask).indented)
    case .text where result.facts.status != nil:
      if !isOfFacts { StandardError.say(report.head) }
      try StandardOutput.write(
        report.table(width: StandardOutput.isTerminal ? StandardOutput.width : nil, colour: StandardOutput.takesColor))
    case .text: break
    }
    for line in report.remarks(missing: missing(in: result), spec: spec) { StandardError.say(line) }
  }

  /// The fields that were named here and have no value.
  private func missing(in result: TrialResult) -> [String] {
    fields.isEmpty || result.facts.status == nil
      ? [] : result.fields.filter { !$0.isThere && $0.fault == nil }.map(\.name)
  }

  private func hasFailed(_ result: TrialResult) -> Bool {
    result.facts.error != nil || (result.items ?? [result.fields]).joined().contains { $0.fault != nil }
      || !missing(in: result).isEmpty
  }
}
