internal import CLinux
internal import PipeSpec
internal import PipeText
internal import PipeWeb

// The stages between which requests and records travel. Each is one async function from edges to edges; returning
// means that it is finished. `ending` closes its edges then, or aborts them if it failed.

/// Reads one source dry. A stop ends it where it is. Where it cannot be read further, what was read before goes its
/// way, and the run fails at its end.
///
/// - Parameter memory: What the journal keeps of the source, and where it is read on; `nil` without a journal.
func sourceStage(
  _ source: any Source, index: Int, columns: Set<ExactText>, method: Method? = nil, folder: SourceFolder,
  own: OwnRequests,
  output outlet: Outlet<Request>, control: RunControl, counter: StageCounter, begun: Latch = Latch(parties: []),
  memory: SourceMemory? = nil
) async throws {
  defer { begun.arrive(index) }
  if control.areSourcesClosed { return }
  try await withThrowingTaskGroup(of: Void.self) { group in
    let (stopped, stop) = AsyncStream.makeStream(of: Void.self)
    control.onStop { stop.finish() }
    group.addTask {
      var output = RequestOutput(
        source: index, columns: columns, method: method, outlet: outlet, control: control, counter: counter,
        memory: memory,
        onBegin: { hasRequests in if hasRequests { begun.arrive(index) } else { begun.pause(index) } })
      // Outputs that other sources have rows for are not held up by what this one waits for.
      let fetcher = SourceFetcher { url, purpose throws(CancellationError) in
        begun.pause(index)
        return try await own.fetch(url, for: purpose)
      }
      var failure: RunError?
      do {
        do {
          try await output.read(source, in: SourceEnvironment(folder, fetcher: fetcher, done: memory?.done))
        } catch let error as RunError {
          failure = error
          control.fail(because: error)
        }
        try await output.flush()
      } catch is CancellationError where control.areSourcesClosed {
        // A stopped source is as good as a dry one; a resumed run begins where the journal says.
        output.drop()
      }
      control.note(
        rows: output.nextID.ordinal, without: output.missingColumns, among: output.firstColumns)
      if let failure { control.closeSources(because: failure) }
      stop.finish()
    }
    group.addTask { for await _ in stopped {} }
    try await group.next()
    // Either the source is dry, or the run stops and the source must not wait for input any more.
    group.cancelAll()
    try await group.waitForAll()
  }
}

/// Lets requests into the frontier; those that cannot be fetched become records at once.
func admitStage(
  _ input: Inlet<Request>, frontier: Frontier, failed: Outlet<Fetched>, room: AdmissionRoom, control: RunControl,
  counter: StageCounter, passed: (_ count: Int) -> Void, ledger: Ledger, order: OrderWindow<Routed>? = nil,
  chains: ChainEdge? = nil, events: RunEvents? = nil
) async throws {
  let admission = Admission(room: room)
  func admit(_ batch: [Request]) async throws {
    let verdict = admission.judge(batch)
    if verdict.beyondLimit > 0 {
      counter.add(beyondLimit: verdict.beyondLimit)
      control.closeSources()
    }
    let admitted = batch.prefix(verdict.admittedCount).lazy.map(\.id)
    if let order {
      await order.waitForRoom()
      order.admit(admitted)
    }
    ledger.admitted(admitted)
    if let chains { for request in batch.prefix(verdict.admittedCount) { chains.chains.admitted(request) } }
    events?.post(admitted.map { .admitted($0) })
    if !verdict.faulty.isEmpty {
      try await failed.send(verdict.faulty.map { Fetched(request: $0, response: nil, error: $0.fault) })
    }
    if await frontier.add(verdict.sound) {
      passed(verdict.sound.count)
    } else {
      counter.add(unfinished: verdict.sound.count)
      ledger.leftUndone(verdict.sound.count)
    }
  }
  chains?.chains.admitUnfinished()
  if let chains, !chains.chains.isOrdered { try chains.goOn() }
  var batches = input.batches()
  while let batch = try await batches.next() {
    guard let chains, chains.chains.isOrdered else {
      try await admit(batch)
      continue
    }
    for request in batch {
      // What a run before left of the chains ahead of it has its turn first, and then each chain after the other.
      try await chains.goOnInTurn(before: request.id)
      try await admit([request])
      try chains.goOn(upTo: request.id)
    }
  }
  try chains?.goOn()
  ledger.sourcesEnded()
}

/// Makes records of pages; several of these run side by side, each on its lane.
///
/// - Parameters:
///   - room: The memory that the lanes share for trees and values of JSON.
///   - held: Bytes of records that a lane gathers at the most before it sends them.
///   - back: Where links go, in a crawl.
func extractStage(
  _ input: Inlet<Fetched>, lane: Int, output: Outlet<Extracted>, extraction: Extraction, room: WorkRoom, held: Int,
  ledger: Ledger, back: BackEdge? = nil, chains: ChainEdge? = nil, book: EventBook? = nil,
  measures: RunMeasures = RunMeasures()
) async throws {
  // The ledger hears of a page that leads on together with what comes of it.
  let tellsLedger = back == nil && chains == nil
  var batches = input.batches(lane: lane)
  let mediaTypes = MediaTypeMemory()
  while var batch = try await batches.next() {
    // A lane goes from thread to thread, and pages are what recursion could go too deep over.
    pipe_cover_thread()
    var extracted: [Extracted] = []
    extracted.reserveCapacity(batch.count)
    var bytes = 0
    var index = 0
    var work = Duration.zero
    while index < batch.count {
      let fetched = batch[index]
      index += 1
      if fetched.request.purpose == .check, let back {
        book?.add(fetched, error: fetched.error)
        try back.checked(fetched)
        continue
      }
      let start = Instant.now
      let one =
        extraction.needsRoom(fetched)
        ? try await extraction.extract(fetched, mediaTypes: mediaTypes, in: room)
        : extraction.extract(fetched, mediaTypes: mediaTypes)
      work += start.duration(to: .now)
      // Before the ledger hears of it, for which it may be done then.
      let error = fetched.error ?? one.failure
      book?.add(fetched, error: error)
      measures.pages.add(fetched, error)
      if let back {
        let step = try back.settle(fetched, one)
        batch += step.faulty
        for ready in step.ready {
          let record = ready.standing.map { extraction.placed(ready.record, at: $0) } ?? ready.record
          extracted.append(record)
          bytes += record.cost
        }
      } else {
        try chains?.settle(fetched, one)
        bytes += one.cost
        extracted.append(one)
      }
      // A batch of large records is not gathered first.
      guard bytes > held else { continue }
      if tellsLedger { ledger.extracted(extracted) }
      try await output.send(extracted, bytes: bytes)
      extracted.removeAll()
      bytes = 0
    }
    measures.times.add(extracting: work)
    // First, or a row could be written before.
    if tellsLedger { ledger.extracted(extracted) }
    try await output.send(extracted, bytes: bytes)
  }
  guard let back, back.laneEnded() else { return }
  while let held = try back.takeHeld() {
    let record = held.standing.map { extraction.placed(held.record, at: $0) } ?? held.record
    try await output.send([record], bytes: record.cost)
  }
}
