internal import PipeSpec
internal import PipeStorage
internal import PipeWeb

/// The running stages and edges of one plan.
///
///     source … ─▶ admit ─▶ frontier ─▶ fetch ─▶ extract … ─▶ route ─▶ sink …
///                   └───── URLs that cannot be fetched ────▶
package struct Graph: Sendable {
  private let plan: Plan
  private let layout: PlanLayout
  private let fetcher: any Fetcher
  package let control: RunControl
  package let progress: RunProgress

  private let requests: Edge<Request>
  private let pages: Edge<Fetched>
  private let records: Edge<Extracted>
  private let rows: [Edge<Record>]
  private let frontier: Frontier
  private let ledger: Ledger
  private let own: OwnRequests
  private let crawl: Crawl?
  private let chains: Chains?
  private let admissionRoom: AdmissionRoom
  /// Where the run has to log in.
  private let session: Session?
  /// Where a sink wants its rows in the order of the input.
  private let order: OrderWindow<Routed>?
  private let extraction: Extraction
  private let room: WorkRoom
  private let environment: SinkEnvironment
  private let milestones: Milestones
  /// Where somebody listens.
  private let events: RunEvents?
  /// When rows are made durable while the run goes on; `nil` for at its end only.
  private let commits: CommitClock?
  /// Where limits of the spec can stop the run.
  private let limits: LimitWatch?
  /// Of a run with a journal.
  private let checkpoints: Checkpoints?
  private let book: EventBook?
  /// What is expected of the run; `nil` for nothing.
  let expect: ExpectBook?
  /// What the run begins with, or why the journal cannot be gone on with.
  private let start: Result<RunJournal.Start, RunError>

  package init(_ plan: Plan, fetcher: any Fetcher, control: RunControl = RunControl()) {
    self.init(plan, fetcher: fetcher, control: control, events: nil)
  }

  /// - Parameters:
  ///   - commitInterval: How often sinks make their rows durable while the run goes on; `nil` for at its end only.
  ///   - journal: What the run goes on from, and what is kept of it.
  ///   - storage: Where sinks write.
  init(
    _ plan: Plan, fetcher: any Fetcher, control: RunControl, events: RunEvents?, commitInterval: Duration? = nil,
    journal: RunJournal? = nil, storage: any FileStorage = SystemStorage()
  ) {
    let commitInterval = commitInterval ?? journal?.settings.interval
    self.plan = plan
    self.fetcher = fetcher
    self.control = control
    self.events = events
    commits = commitInterval.map { CommitClock(every: $0) }
    limits = LimitWatch(plan.stopLimits, control)
    let layout = plan.layout
    self.layout = layout
    requests = Edge(layout, .requests)
    pages = Edge(layout, .pages, batch: 32)
    records = Edge(layout, .records)
    rows = plan.sinks.indices.map { Edge(layout, .rows($0)) }
    frontier = Frontier(
      rules: plan.fetch.perHost, backoff: plan.fetch.retry.backoff, pages: plan.pageLimit ?? .max,
      capacity: plan.bounds.frontier,
      bytes: plan.bounds.frontierBytes, spills: !plan.isOrdered, disk: plan.bounds.disk,
      robots: plan.fetch.robots, robotsBytes: plan.bounds.robotsBytes, tell: { control.tell($0) })
    order = plan.isOrdered ? OrderWindow(plan.bounds, tell: { control.tell($0) }) : nil
    // The requests of links are a source more, and their rows another one. So are those of next pages.
    let accounts = plan.sources.count + (plan.crawl != nil ? 2 : plan.followsPages ? 1 : 0)
    ledger = Ledger(
      sources: accounts, awaitsDurability: commitInterval != nil, sinks: plan.sinks.count,
      goingOnFrom: journal?.resumed)
    ledger.onOver { [frontier] in frontier.close() }
    let start = Result { () throws(RunError) in try journal?.start(of: plan) ?? RunJournal.Start() }
    self.start = start
    let begun = (try? start.get()) ?? RunJournal.Start()
    crawl = plan.crawl.map { [ledger, control] crawl in
      Crawl(
        crawl, fetch: plan.fetch, sources: plan.sources.count, lanes: plan.bounds.extractors, holds: plan.tellsPlaces,
        bounds: plan.bounds, ledger: ledger, journal: begun.crawl, isCutShort: { control.isCutShort },
        tell: { control.tell($0) })
    }
    let room = WorkRoom(capacity: plan.bounds.treeBytes)
    self.room = room
    var held = HeldBytes(
      edges: [
        .requests: { [requests] in requests.bytes }, .frontier: { [frontier] in frontier.waitingBytes },
        .pages: { [pages] in pages.bytes }, .records: { [records] in records.bytes },
      ], others: [{ room.used }, { [order] in order?.held.bytes ?? 0 }])
    for (index, edge) in rows.enumerated() { held.edges[.rows(index)] = { edge.bytes } }
    progress = RunProgress(plan: plan, frontier: frontier, ledger: ledger, crawl: crawl, held: held)
    own = OwnRequests(
      frontier: frontier, ledger: ledger, tally: progress.tally, bytes: plan.bounds.ownBytes, robots: plan.fetch.robots)
    extraction = Extraction(plan, links: crawl?.reader)
    var environment = SinkEnvironment(
      storage: storage, files: FilesInUse(plan), control: control,
      isResumable: { journal?.isBegun ?? false })
    environment.pipeline = journal == nil ? nil : JournalPlan.name(of: plan)
    self.environment = environment
    let expect =
      plan.expect.isEmpty
      ? nil : ExpectBook(plan.expect, isJournaled: journal != nil, goingOnFrom: journal?.resumed)
    self.expect = expect
    let book = journal.map { _ in EventBook(sources: accounts, sinks: plan.sinks.count) }
    self.book = book
    checkpoints = journal.flatMap { [ledger, frontier, crawl] journal in
      book.map { book in
        Checkpoints(
          journal,
          Checkpoints.Parts(
            ledger: ledger, book: book, memories: begun.memories,
            findings: { crawl?.takeFindings() ?? [] },
            hosts: { frontier.memory(now: .now, wall: Timestamp.now.milliseconds) }, expect: expect),
          sources: accounts, sinks: plan.sinks.count)
      }
    }
    // What failed is within the limit that its run had.
    let isRetry = checkpoints?.isRetry ?? false
    admissionRoom = AdmissionRoom(
      limit: isRetry ? nil : plan.limit.map { [checkpoints] in max(0, $0 - (checkpoints?.earlierCount ?? 0)) })
    session = plan.fetch.login.map { [checkpoints] in
      Session($0, hasWorked: checkpoints.map { $0.earlierCount > 0 } ?? false)
    }
    chains =
      plan.crawl == nil && plan.followsPages
      ? Chains(
        plan.sources, ledger: ledger, order: order,
        memory: begun.memories.first { $0.index == plan.sources.count }, room: admissionRoom,
        seesAll: journal?.resumed == nil) : nil
    if let hosts = journal?.resumed?.hosts {
      frontier.remember(hosts, now: .now, wall: Timestamp.now.milliseconds)
    }
    milestones = Milestones(
      sources: plan.sources.indices.prefix(plan.readsSourcesInTurn ? 1 : .max), sinks: plan.sinks.count)
  }

  /// Runs to the end: the sources dry, the frontier empty, every row written.
  ///
  /// - Throws: `RunError`, the first one, where the run cannot complete. What was written stays valid.
  package func run() async throws {
    defer { control.end() }
    // Before anything is replaced.
    for (index, sink) in plan.sinks.enumerated() {
      let goesOn = checkpoints?.goesOn(index) ?? false
      if case .refused(let error) = sink.sink.prospect(of: sink.columns, goesOn: goesOn) { throw error }
    }
    _ = try start.get()
    if let crawl, let checkpoints { try checkpoints.journal.goOn(crawl) }
    if let chains, let checkpoints { try checkpoints.journal.goOn(chains) }
    try checkpoints?.begin()
    let sinkThreads = try plan.sinks.map { _ in try SinkThread() }
    let journalThread = checkpoints == nil ? nil : try SinkThread("for the journal")
    let orderThread = order == nil ? nil : try SinkThread("for the order of the rows")
    control.onStop { [control, order, crawl, chains, session] in
      if !control.isStopping { return }
      session?.letGo()
      order?.letGo()
      crawl?.letGo()
      chains?.letGo()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      let tasks = tasks
      for task in tasks {
        let thread: SinkThread? =
          switch task.first?.stage {
          case .sink(let index): sinkThreads[index]
          case .route: orderThread
          default: nil
          }
        group.addTask(executorPreference: thread) {
          for (stage, lane) in task { try await run(stage, lane: lane) }
        }
      }
      // Rows that wait in a buffer are written when there is leisure, so that a slow run shows its rows.
      // Cancelled from outside, it throws as the stages do, and is not taken for one that is done.
      group.addTask {
        while true {
          try await Task.sleep(for: .milliseconds(250))
          for edge in rows { edge.nudge() }
        }
      }
      group.addTask { try await frontier.keepRefilling() }
      if let session { group.addTask { try await session.keepLoggedIn(by: own) } }
      if let limits { group.addTask { try await limits.watchTime() } }
      if let checkpoints, let commits {
        group.addTask(executorPreference: journalThread) {
          while true {
            try await Task.sleep(until: commits.checkpoint(commits.tick(at: .now) + 1), clock: .continuous)
            try checkpoints.take()
          }
        }
      }
      do {
        for done in 1...tasks.count {
          try await group.next()
          // Sinks wait for it, so the first ones that are done are all the others.
          if done == tasks.count - plan.sinks.count { milestones.finished.arrive(Milestones.stages) }
        }
        group.cancelAll()
      } catch {
        group.cancelAll()
        // A stage that breaks off since another one failed may end before the one that failed.
        var failure = error
        while let result = await group.nextResult() {
          if failure is CancellationError, case .failure(let other) = result { failure = other }
        }
        throw failure
      }
    }
    if let logins = session?.logins, logins > 1 {
      progress.tally.add(
        notice: "logged in again \(logins - 1) time\(logins == 2 ? "" : "s"), as pages said that the session had ended")
    }
    for notice in control.missingColumns(of: plan) { progress.tally.add(notice: notice) }
    if !control.isStopping {
      for notice in chains?.notices ?? [] { progress.tally.add(notice: notice) }
      for (source, count) in (crawl?.counts.cutLists ?? [:]).sorted(by: { $0.key < $1.key }) {
        if let notice = plan.sources[source].notice(ofCutLists: count, at: source) {
          progress.tally.add(notice: notice)
        }
      }
    }
    if let failure = control.failure { throw failure }
  }

  /// Writes the end of the run into its journal, if it has one.
  ///
  /// - Parameter reason: Why it ended, as `pipe runs` shows it.
  func endJournal(_ reason: String, isComplete: Bool) throws(RunError) {
    guard let checkpoints else { return }
    if !isComplete { try checkpoints.take() }
    if let words = try checkpoints.end(reason, isComplete: isComplete) {
      progress.tally.add(notice: "the journal: \(words)")
    }
  }

  /// The stages that each task of the run goes through: one lane of one stage, but for sources whose order counts.
  private var tasks: [[(stage: PlanLayout.StageID, lane: Int)]] {
    var tasks = layout.stages.flatMap { stage in (0..<stage.lanes).map { [(stage: stage.id, lane: $0)] } }
    guard plan.readsSourcesInTurn else { return tasks }
    // With an order, rows of the second source would have to wait for all of the first.
    let sources = tasks.prefix(plan.sources.count).flatMap(\.self)
    tasks.replaceSubrange(..<plan.sources.count, with: [sources])
    return tasks
  }

  private func run(_ stage: PlanLayout.StageID, lane: Int) async throws {
    let counter = progress.counter(stage)
    switch stage {
    case .source(let index):
      try await session?.waitForBegin()
      let output = outlet(requests, .requests, of: stage)
      try await ending([output]) {
        try await sourceStage(
          plan.sources[index].source, index: index, columns: plan.inputColumns, method: plan.fetch.statedMethod,
          folder: plan.folder, own: own, output: output, control: control, counter: counter, begun: milestones.begun,
          memory: try start.get().memories.first { $0.index == index })
      }
    case .admit:
      let failed = outlet(pages, .pages, of: stage)
      let passed = (progress.sent(by: stage, on: .frontier), progress.received(on: .frontier))
      await milestones.opened.wait()
      if !Task.isCancelled, control.failure == nil, !control.isStopping { try checkpoints?.outputsOpened() }
      if let crawl {
        let back = BackEdge(crawl, by: way(of: stage))
        return try await ending([failed]) {
          try await admitCrawlStage(
            inlet(requests, .requests), back: back, failed: failed, control: control, counter: counter, ledger: ledger,
            events: events)
        }
      }
      try await ending([failed]) {
        try await admitStage(
          inlet(requests, .requests), frontier: frontier, failed: failed,
          room: admissionRoom, control: control, counter: counter,
          passed: { count in
            passed.0.add(count)
            passed.1.add(count)
          }, ledger: ledger, order: order, chains: chainEdge(of: stage), events: events)
      }
    case .fetch:
      let output = outlet(pages, .pages, of: stage)
      // What waited for requests that are left out counts as links that extract has found.
      let work = FetchStage(
        frontier: frontier, output: output, settings: plan.fetch, control: control, counter: counter,
        tally: progress.tally, measures: progress.measures, ledger: ledger, own: own, order: order, events: events,
        hasPageLimit: plan.pageLimit != nil, back: backEdge, limits: limits, book: book,
        session: session)
      try await ending([output]) { try await work.run(fetcher) }
    case .extract:
      let output = outlet(records, .records, of: stage)
      try await ending([output]) {
        try await extractStage(
          inlet(pages, .pages), lane: lane, output: output, extraction: extraction, room: room,
          held: plan.bounds.recordBytes / plan.bounds.extractors, ledger: ledger, back: backEdge,
          chains: chainEdge(of: stage), book: book, measures: progress.measures)
      }
    case .route:
      let routes = plan.sinks.enumerated().map { index, sink in
        Route(
          outlet: outlet(rows[index], .rows(index), of: stage), when: sink.when, order: sink.order, rows: sink.rows,
          ahead: checkpoints?.ahead(of: index) ?? [])
      }
      try await ending(routes.map(\.outlet)) {
        try await routeStage(
          inlet(records, .records), routes: routes, where: plan.filter, order: order, tally: progress.tally,
          counter: counter, ledger: ledger, limits: limits, events: events, book: book, expect: expect)
        if plan.crawl?.keepsLinks == true, let crawl, crawl.listsLinks {
          try await routeLinks(of: crawl, routes: routes, counter: counter, ledger: ledger, expect: expect)
        }
      }
    case .sink(let index):
      let context = SinkStage.Context(
        environment: environment, control: control, milestones: milestones, ledger: ledger, progress: progress,
        events: events, commits: commits, checkpoints: checkpoints, expect: expect, limits: limits)
      var sink = SinkStage(plan.sinks[index], index: index, of: context)
      try await sink.run(inlet(rows[index], .rows(index)))
    }
  }

  /// The way of links from extract to the frontier.
  private var backEdge: BackEdge? { crawl.map { BackEdge($0, by: way(of: .extract)) } }

  /// The way of next pages from a stage to the frontier.
  private func chainEdge(of stage: PlanLayout.StageID) -> ChainEdge? {
    chains.map { ChainEdge($0, by: way(of: stage), control: control) }
  }

  private func way(of stage: PlanLayout.StageID) -> FrontierReturn {
    FrontierReturn(
      frontier: frontier, ledger: ledger, counter: progress.counter(stage),
      passed: (progress.sent(by: stage, on: .frontier), progress.received(on: .frontier)))
  }

  private func outlet<Element>(
    _ edge: Edge<Element>, _ id: PlanLayout.EdgeID, of stage: PlanLayout.StageID
  ) -> Outlet<Element> {
    Outlet(edge, sent: progress.sent(by: stage, on: id))
  }

  private func inlet<Element>(_ edge: Edge<Element>, _ id: PlanLayout.EdgeID) -> Inlet<Element> {
    Inlet(edge, received: progress.received(on: id))
  }
}

extension Edge {
  /// An edge as the layout has it.
  fileprivate convenience init(_ layout: PlanLayout, _ id: PlanLayout.EdgeID, batch: Int = 64) {
    let edge = layout.edge(id)
    self.init(
      "\(id)", elements: edge.elements, bytes: edge.bytes, batch: batch, senders: layout.senders(on: edge),
      lanes: layout.stage(edge.to).lanes)
  }
}
