internal import CLibpq
internal import Glibc

/// The one owner of a connection to a PostgreSQL server; closed with its last reference. One task uses it, and waits for the
/// server in it.
///
/// Nothing of libpq blocks, but for the look-up of the host's name: every wait asks now and then whether to go on. A connection
/// that has failed, or whose wait was broken off, is closed and stays so (`isAlive`).
package final class PostgresConnection {
  let postgres: pipe_pq
  private(set) var handle: OpaquePointer?
  /// Whether to go on waiting.
  private let mayWait: () -> Bool
  /// Called once, if an answer lets wait for long.
  private var onLongWait: (() -> Void)?

  /// A wait that nobody wants any more goes on for as long: what is under way may well end by then.
  private static let grace = Duration.seconds(2)
  private static let longWait = Duration.seconds(5)
  private static let connectTime = Duration.seconds(15)

  /// Connects.
  ///
  /// - Parameters:
  ///   - parameters: libpq's (postgresql.org/docs/current/libpq-connect.html), by name.
  ///   - mayWait: Asked while it waits; called on this thread.
  ///   - onLongWait: Called once when a statement has run for five seconds.
  package init(
    _ parameters: [String: String], mayWait: @escaping () -> Bool = { true }, onLongWait: (() -> Void)? = nil
  ) throws(DatabaseError) {
    postgres = try PostgresLibrary.functions()
    self.mayWait = mayWait
    self.onLongWait = onLongWait
    let names = parameters.keys.sorted()
    handle = Self.withCStrings(names) { names in
      Self.withCStrings(parameters.sorted { $0.key < $1.key }.map(\.value)) { [postgres] values in
        postgres.connectStartParams(names, values, 0)
      }
    }
    guard let handle else { throw DatabaseError(.other, code: "", "memory has run out") }
    // The SQLSTATE of a refusal is told in its words only.
    _ = postgres.setErrorVerbosity(handle, PQERRORS_VERBOSE)
    // What is no failure would go to standard error.
    _ = postgres.setNoticeProcessor(handle, { _, _ in }, nil)
    try connect()
    _ = postgres.setnonblocking(handle, 1)
  }

  deinit { close() }

  /// Closes it; a transaction that is open is undone by the server.
  package func close() {
    if let handle { postgres.finish(handle) }
    handle = nil
  }

  package var isAlive: Bool { handle.map { postgres.status($0) == CONNECTION_OK } ?? false }

  /// Whether a transaction is open that has not failed.
  package var isInTransaction: Bool { handle.map { postgres.transactionStatus($0) == PQTRANS_INTRANS } ?? false }

  /// Such as 150018.
  package var serverVersion: Int { handle.map { Int(postgres.serverVersion($0)) } ?? 0 }

  // MARK: Statements

  /// Runs statements without values, several of them with `;` between, and takes no rows of them.
  package func execute(_ sql: String) throws(DatabaseError) {
    _ = try results { handle in postgres.sendQuery(handle, sql) }
  }

  /// Runs one statement.
  ///
  /// - Parameter values: For `$1` and so on; `nil` for NULL.
  package func query(_ sql: String, _ values: [String?] = []) throws(DatabaseError) -> PostgresResult {
    let results = try results { handle in
      Self.withCStrings(values) { texts in
        postgres.sendQueryParams(handle, sql, Int32(values.count), nil, texts, nil, nil, 0)
      }
    }
    return results.last ?? PostgresResult(columns: [], rows: [], changes: 0)
  }

  /// Loads rows by `COPY … FROM STDIN`, in the text form of COPY.
  package func copy(_ sql: String, _ bytes: [UInt8]) throws(DatabaseError) {
    let start = ContinuousClock.now
    try send(start) { handle in postgres.sendQuery(handle, sql) }
    var failure: DatabaseError?
    var isCopying = false
    // Behind the result that asks for the rows there is none until they have come.
    while !isCopying, let result = try nextResult(since: start) {
      defer { postgres.clear(result) }
      if postgres.resultStatus(result) == PGRES_COPY_IN {
        isCopying = true
      } else {
        failure = failure ?? failed(result)
      }
    }
    if isCopying {
      try put(bytes, since: start)
      while let result = try nextResult(since: start) {
        defer { postgres.clear(result) }
        if postgres.resultStatus(result) != PGRES_COMMAND_OK { failure = failure ?? failed(result) }
      }
    }
    if let failure { throw failure }
  }

  private static let chunk = 64 << 10

  private func put(_ bytes: [UInt8], since start: ContinuousClock.Instant) throws(DatabaseError) {
    guard let handle else { throw Self.closed }
    var place = 0
    while place < bytes.count {
      let count = min(Self.chunk, bytes.count - place)
      let code = bytes.withUnsafeBytes { raw in
        let part = raw.baseAddress.map { ($0 + place).assumingMemoryBound(to: CChar.self) }
        return postgres.putCopyData(handle, part, Int32(count))
      }
      if code < 0 { throw lost() }
      if code > 0 { place += count }
      try flush(since: start)
    }
    while true {
      let code = postgres.putCopyEnd(handle, nil)
      if code < 0 { throw lost() }
      try flush(since: start)
      if code > 0 { return }
    }
  }

  private func results(_ send: (OpaquePointer) -> Int32) throws(DatabaseError) -> [PostgresResult] {
    let start = ContinuousClock.now
    try self.send(start, send)
    var results: [PostgresResult] = []
    var failure: DatabaseError?
    while let result = try nextResult(since: start) {
      defer { postgres.clear(result) }
      switch postgres.resultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: results.append(read(result))
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        close()
        throw DatabaseError(.other, code: "", "COPY cannot be used here")
      default: failure = failure ?? failed(result)
      }
    }
    if let failure { throw failure }
    return results
  }

  private func send(_ start: ContinuousClock.Instant, _ body: (OpaquePointer) -> Int32) throws(DatabaseError) {
    guard let handle else { throw Self.closed }
    if body(handle) == 0 { throw lost() }
    try flush(since: start)
  }

  private func flush(since start: ContinuousClock.Instant) throws(DatabaseError) {
    guard let handle else { throw Self.closed }
    while true {
      let code = postgres.flush(handle)
      if code == 0 { return }
      // A server that has said why it ends is read before its end is told.
      if code < 0 { throw lost() }
      let events = try wait(for: Int16(POLLIN | POLLOUT), since: start)
      if events & Int16(POLLIN) != 0, postgres.consumeInput(handle) == 0 { throw lost() }
    }
  }

  /// - Returns: `nil` once the statement is done.
  private func nextResult(since start: ContinuousClock.Instant) throws(DatabaseError) -> OpaquePointer? {
    guard let handle else { throw Self.closed }
    while postgres.isBusy(handle) != 0 {
      _ = try wait(for: Int16(POLLIN), since: start)
      if postgres.consumeInput(handle) == 0 { throw lost() }
    }
    return postgres.getResult(handle)
  }

  private func read(_ result: OpaquePointer) -> PostgresResult {
    let columns = (0..<postgres.nfields(result)).map { place in
      PostgresResult.Column(
        name: postgres.fname(result, place).map { String(cString: $0) } ?? "", type: postgres.ftype(result, place))
    }
    let rows = (0..<postgres.ntuples(result)).map { row in
      columns.indices.map { place -> String? in
        let column = Int32(place)
        guard postgres.getisnull(result, row, column) == 0, let text = postgres.getvalue(result, row, column) else {
          return nil
        }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(postgres.getlength(result, row, column)))
        return String(decoding: bytes, as: UTF8.self)
      }
    }
    let changes = postgres.cmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    return PostgresResult(columns: columns, rows: rows, changes: changes)
  }

  private func failed(_ result: OpaquePointer) -> DatabaseError { .postgres(result, postgres) }

  // MARK: Waiting

  private func connect() throws(DatabaseError) {
    let start = ContinuousClock.now
    guard let handle else { throw Self.closed }
    // As if the last answer had been to wait for writing.
    var asked = PGRES_POLLING_WRITING
    while asked != PGRES_POLLING_OK {
      if asked == PGRES_POLLING_FAILED || postgres.status(handle) == CONNECTION_BAD {
        let words = postgres.errorMessage(handle).map { String(cString: $0) } ?? ""
        close()
        throw .connecting(words)
      }
      _ = try wait(
        for: Int16(asked == PGRES_POLLING_READING ? POLLIN : POLLOUT), since: start, most: Self.connectTime)
      asked = postgres.connectPoll(handle)
    }
  }

  /// Waits until the socket is ready.
  ///
  /// - Returns: What it is ready for.
  private func wait(
    for events: Int16, since start: ContinuousClock.Instant, most: Duration? = nil
  ) throws(DatabaseError) -> Int16 {
    guard let handle else { throw Self.closed }
    while true {
      var poll = pollfd(fd: postgres.socket(handle), events: events, revents: 0)
      let count = Glibc.poll(&poll, 1, 100)
      if count > 0 { return poll.revents }
      if count < 0, errno != EINTR { throw lost() }
      let waited = ContinuousClock.now - start
      if waited >= Self.grace, !mayWait() {
        close()
        throw DatabaseError(.connection, code: DatabaseError.brokenOff, "the wait for its answer was broken off")
      }
      if let most, waited >= most {
        close()
        throw DatabaseError(.connection, code: "", "it has not answered for \(most.components.seconds) s")
      }
      if most == nil, waited >= Self.longWait {
        onLongWait?()
        onLongWait = nil
      }
    }
  }

  // MARK: Failures

  private static let closed = DatabaseError(.connection, code: "", "the connection is closed")

  /// Why the connection is lost; it is closed.
  private func lost() -> DatabaseError {
    guard let handle else { return Self.closed }
    // What the server has said last is behind what libpq says.
    var said: DatabaseError?
    if postgres.status(handle) == CONNECTION_BAD, let result = postgres.getResult(handle) {
      let error = failed(result)
      if !error.code.isEmpty { said = DatabaseError(.connection, code: error.code, error.message) }
      postgres.clear(result)
    }
    let words = postgres.errorMessage(handle).map { String(cString: $0) } ?? ""
    close()
    return said ?? DatabaseError(.connection, code: "", DatabaseError.firstLine(words))
  }

  private static func withCStrings<Result>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    let copies = texts.map { $0.flatMap { strdup($0) } }
    defer { for copy in copies { free(copy) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}

/// An open transaction: committed, or rolled back with its owner.
package struct PostgresTransaction: ~Copyable {
  private let connection: PostgresConnection
  private var isOpen = true

  /// - Parameter beginning: `BEGIN …`, and what else is set for the transaction.
  package init(on connection: PostgresConnection, _ beginning: String) throws(DatabaseError) {
    self.connection = connection
    do throws(DatabaseError) { try connection.execute(beginning) } catch {
      // It may have begun.
      if connection.isAlive { try? connection.execute("ROLLBACK") }
      isOpen = false
      throw error
    }
  }

  package mutating func commit() throws(DatabaseError) {
    // Whatever comes of it: it is over.
    isOpen = false
    try connection.execute("COMMIT")
  }

  /// Undoes it.
  package mutating func rollBack() {
    if isOpen, connection.isAlive { try? connection.execute("ROLLBACK") }
    isOpen = false
  }

  deinit { if isOpen, connection.isAlive { try? connection.execute("ROLLBACK") } }
}
