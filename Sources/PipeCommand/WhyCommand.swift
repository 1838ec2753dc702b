import ArgumentParser
import PipeEngine
import PipeSpec
import PipeStorage
import PipeWeb

/// `pipe why`: what became of a URL, or why nothing will.
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Tell what became of a URL, or which rule keeps it out.",
    discussion: """
      Reads the journal of the spec's last run, or without a spec those of all pipelines: each attempt, its outcome, \
      redirects, and the rows. If no run has the URL, the spec tells: whether a source has it, and which rule of the \
      crawl drops it. Touches no network and changes no file. Exits with 1 if nothing is known.
      """)

  @Argument(help: ArgumentHelp("The URL.", valueName: "url"))
  var url: String

  @Argument(
    help: ArgumentHelp("The spec; without it, the pipelines that have a journal.", valueName: "spec"),
    completion: .file(extensions: ["yaml", "yml"]))
  var spec: String?

  @OptionGroup var journals: JournalOptions

  @Option(help: "How the answer is written: text or json.")
  var format = TextFormat.text

  @OptionGroup var options: SpecOptions

  func run() async throws {
    guard case .success(let url) = WebURL.forFetching(url) else {
      StandardError.say("pipe: '\(self.url)' is not an http or https URL")
      throw ExitStatus.wrongUsage
    }
    let answers: [WhyAnswer]
    if let spec {
      answers = [try await answer(about: url, spec: spec)]
    } else {
      answers = try await self.answers(about: url)
    }
    switch format {
    case .json: try StandardOutput.write(WhyJSON.render(url, answers).indented)
    case .text: try StandardOutput.write(WhyText.render(url, answers, folder: journals.folder))
    }
    if !answers.contains(where: \.isKnown) { throw ExitStatus.failed }
  }

  /// What one spec and its journal tell.
  private func answer(about url: WebURL, spec: String) async throws -> WhyAnswer {
    let pipeline = options.loader(reading: .regularFiles).load(spec)
    guard let plan = pipeline.plan else {
      pipeline.show()
      throw ExitStatus.invalidSpec
    }
    var answer = WhyAnswer(plan: plan, file: pipeline.file.name)
    answer.run = story(of: url, pipeline: JournalPlan.name(of: plan))
    try await complete(&answer, about: url)
    return answer
  }

  /// What the journals tell, and the specs of those that have no word of the URL.
  private func answers(about url: WebURL) async throws -> [WhyAnswer] {
    let names: [String]
    do throws(LogFault) {
      names = try RunStory.pipelines(in: journals.folder, SystemStorage())
    } catch {
      say(error)
      return []
    }
    var answers: [WhyAnswer] = []
    for name in names {
      guard let story = story(of: url, pipeline: name) else { continue }
      // For the names of sources and sinks, and for its rules.
      let pipeline = story.spec.isEmpty ? nil : options.loader(reading: .regularFiles).load(story.spec)
      var answer = WhyAnswer(plan: pipeline?.plan, file: pipeline?.file.name)
      answer.run = story
      try await complete(&answer, about: url)
      answers.append(answer)
    }
    // Pipelines that know nothing of it are only told where none does.
    return answers.contains { $0.tellsOfURL } ? answers.filter(\.tellsOfURL) : answers
  }

  /// Asks for what no request tells: the crawl, as its journal has it, or the spec.
  private func complete(_ answer: inout WhyAnswer, about url: WebURL) async throws {
    guard answer.run?.requests.isEmpty ?? true, let plan = answer.plan else { return }
    if let run = answer.run {
      do throws(LogFault) {
        answer.crawl = try plan.crawlStory(
          of: url, run: run.run, of: run.pipeline, in: journals.folder, SystemStorage())
      } catch {
        say(error)
      }
    }
    if answer.crawl == nil { answer.spec = try await self.answer(about: url, plan) }
  }

  private func story(of url: WebURL, pipeline: String) -> RunStory? {
    do throws(LogFault) {
      return try RunStory.find(url, written: self.url, of: pipeline, in: journals.folder, SystemStorage())
    } catch {
      say(error)
      return nil
    }
  }

  private func say(_ fault: LogFault) { StandardError.say("pipe: warning: \(fault.path): \(fault.words)") }

  private func answer(about url: WebURL, _ plan: Plan) async throws -> URLAnswer {
    do {
      return try await plan.answer(on: url)
    } catch {
      StandardError.say("pipe: \((error as? RunError)?.text(in: plan) ?? "\(error)")")
      throw ExitStatus.failed
    }
  }
}

/// What one pipeline tells of a URL.
struct WhyAnswer {
  /// Its spec, where that can be read.
  let plan: Plan?
  let file: String?
  /// Its last run, or the one that has the URL.
  var run: RunStory?
  /// What its crawl knows, where no request of it is done.
  var crawl: CrawlStory?
  /// What the spec alone tells, where no run has the URL.
  var spec: URLAnswer?

  /// Keeps the spec's secrets out of what is told of it.
  var mask: SecretMask { plan?.mask ?? SecretMask() }

  /// Whether it says anything for certain.
  var isKnown: Bool { run.map { !$0.requests.isEmpty } ?? false || crawl != nil || spec?.isKnown ?? false }

  /// Whether the URL has to do with it.
  var tellsOfURL: Bool {
    run.map { !$0.requests.isEmpty } ?? false || crawl != nil
      || spec.map { !$0.places.isEmpty || $0.isOfCrawl && $0.drops.isEmpty } ?? false
  }

  /// A source by its place, as a person knows it.
  func name(ofSource index: Int) -> String {
    guard let plan else { return "source \(index + 1)" }
    if plan.sources.indices.contains(index) { return plan.sources[index].shown }
    return plan.crawl == nil ? "the next pages (follow)" : "the links of the crawl"
  }

  func name(ofSink index: Int) -> String {
    guard let plan, plan.sinks.indices.contains(index) else { return "sink \(index + 1)" }
    return plan.sinks[index].shown
  }
}
