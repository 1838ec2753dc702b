import PipeDatabase
import PipeEngine
import PipeSpec
import PipeStorage
import PipeText

/// The rows of a query, a page at a time: by a key, each page a transaction of its own, or from a temporary file that all of them
/// were read into. A server breaks a result off whose reader is slow (`net_write_timeout`), and a run is slow.
final class MySQLPages {
  private let server: MySQLServer
  private var connection: MySQLConnection?
  private var patience: ServerPatience
  let columns: [MySQLColumn]
  /// The column that holds the URL.
  let urlPlace: Int?
  /// The column by which rows are read in pages, and the query without its end.
  private let key: (name: String, place: Int, query: String)?
  /// The key of the last row that was given.
  private var last: SQLValue?
  private var file = RowFile()
  private let mayWait: @Sendable () -> Bool

  private static let pageSize = 500

  init(_ source: MySQLSource, isClosed: @escaping @Sendable () -> Bool) throws {
    let server = source.server
    let mayWait: @Sendable () -> Bool = { !isClosed() && !Task.isCancelled }
    let text = source.query.text
    // Its columns are known before its rows are read.
    let whole = source.query.key == nil ? text : "SELECT * FROM (\(text)\n) AS pipe_rows LIMIT 0"
    let connection = try Self.asking(server, mayWait) { () throws(DatabaseError) in
      try MySQLConnection.forReading(server.address) { !mayWait() }
    }
    let rows = try Self.asking(server, mayWait) { () throws(DatabaseError) in try MySQLRows(whole, on: connection) }
    let places = try source.query.places(among: rows.columns.map(\.name), in: server.shown)
    urlPlace = places.url
    columns = rows.columns
    patience = ServerPatience(server.shown, SinkEnvironment(mayWait: mayWait))
    (self.server, self.mayWait) = (server, mayWait)
    if let name = source.query.key?.value, let place = places.key {
      if !rows.columns[place].isExact {
        throw RunError(
          server.shown, "the key \(name) is of a type whose values are not compared exactly",
          hint: "take a key that is a whole number, a decimal, a text or a date")
      }
      key = (name, place, "SELECT * FROM (\(text)\n) AS pipe_rows")
      _ = try Self.asking(server, mayWait) { () throws(DatabaseError) in try rows.next() }
      self.connection = connection
    } else {
      key = nil
      while let row = try Self.asking(server, mayWait, { () throws(DatabaseError) in try rows.next() }) {
        try file.append(row)
      }
      try file.endWriting()
    }
  }

  /// - Returns: `nil` behind the last row.
  func next() throws -> [[SQLValue]]? {
    guard let key else { return try file.next() }
    let (page, isAlone) = try page(by: key.name, key.query, key.place)
    if page.isEmpty { return nil }
    if page.contains(where: { $0[key.place] == .null }) {
      throw RunError(
        server.shown, "the key \(key.name) is NULL in a row", hint: "leave these rows out, or take another key")
    }
    let hasTwins = zip(page, page.dropFirst()).contains { $0[key.place] == $1[key.place] }
    if hasTwins || !isAlone || page[0][key.place] == last {
      throw RunError(
        server.shown, "the key \(key.name) does not tell the rows apart: two of them have the same",
        hint: "take another key, or none")
    }
    let given = page.prefix(Self.pageSize)
    last = given.last?[key.place]
    return Array(given)
  }

  /// A page and one row more, on another connection if this one is lost.
  ///
  /// - Returns: Whether the last row that is given is the only one with its key, as the server compares them, too: it takes 'A'
  ///   for 'a' in some collations, and the next page begins behind all of them.
  private func page(by name: String, _ query: String, _ place: Int) throws -> ([[SQLValue]], isAlone: Bool) {
    let column = SQLDialect.mysql.quoted(name)
    let (server, mayWait, last) = (server, mayWait, last)
    do {
      return try patience.trying({ server.failure($0) }) { () throws(DatabaseError) in
        if connection?.isOpen != true { connection = try MySQLConnection.forReading(server.address) { !mayWait() } }
        guard let connection else { return ([], true) }
        try connection.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        // NULL comes first, where it is found.
        let end = " ORDER BY \(column) LIMIT \(Self.pageSize + 1)"
        let page = try connection.rows(query, behind: last.map { (" WHERE \(column) > ?", $0) }, end)
        var isAlone = true
        if page.count > Self.pageSize, let value = page.dropLast().last?[place] {
          let twins = try connection.rows(query, behind: (" WHERE \(column) = ?", value), " LIMIT 2")
          isAlone = twins.count < 2
        }
        try connection.execute("COMMIT")
        return (page, isAlone)
      }
    } catch {
      if !mayWait() { throw CancellationError() }
      throw error
    }
  }

  private static func asking<Answer>(
    _ server: MySQLServer, _ mayWait: () -> Bool, _ body: () throws(DatabaseError) -> Answer
  ) throws -> Answer {
    do throws(DatabaseError) { return try body() } catch {
      if !mayWait() { throw CancellationError() }
      throw server.failure(error)
    }
  }
}

/// Rows in a temporary file without a name, written once and read once.
private struct RowFile {
  private var segments = Segments(limit: 1 << 40) { () throws(StorageError) in
    var failure: StorageError?
    for folder in TemporaryDisk.folders {
      do throws(StorageError) { return try SystemStorage().temporaryFile(in: folder) } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? StorageError(.open, "", code: 0)
  }
  private var blocks: [UInt32] = []
  private var nextBlock = 0
  private var waiting: [UInt8] = []

  private static let blockBytes = 128 << 10

  mutating func append(_ row: [SQLValue]) throws(RunError) {
    waiting.append(varint: row.count)
    for value in row {
      switch value {
      case .null: waiting.append(0)
      case .int(let number):
        waiting.append(1)
        waiting.append(word: UInt64(bitPattern: number))
      case .double(let number):
        waiting.append(2)
        waiting.append(word: number.bitPattern)
      case .text(let text):
        waiting.append(3)
        waiting.append(text: text)
      case .blob(let bytes):
        waiting.append(4)
        waiting.append(varint: bytes.count)
        waiting += bytes
      }
    }
    if waiting.count >= Self.blockBytes { try endWriting() }
  }

  mutating func endWriting() throws(RunError) {
    if waiting.isEmpty { return }
    do throws(Segments.Refusal) { blocks.append(try segments.append(waiting)) } catch {
      let reason = if case .failed(let error) = error { error.reason } else { "it takes no more" }
      throw RunError("a temporary file for the rows of a query", reason, hint: "TMPDIR can name another folder")
    }
    waiting = []
  }

  /// - Returns: `nil` behind the last row.
  mutating func next() throws(RunError) -> [[SQLValue]]? {
    guard nextBlock < blocks.count else { return nil }
    let found: [UInt8]?
    do throws(StorageError) { found = try segments.take(blocks[nextBlock]) } catch {
      throw RunError("a temporary file for the rows of a query", error.reason)
    }
    nextBlock += 1
    var reader = ByteReader(found ?? [])
    var rows: [[SQLValue]] = []
    while !reader.isAtEnd, let count = reader.count() {
      var row: [SQLValue] = []
      for _ in 0..<count { row.append(try Self.value(&reader)) }
      rows.append(row)
    }
    if rows.isEmpty { throw Self.isDamaged }
    return rows
  }

  private static var isDamaged: RunError {
    RunError("a temporary file for the rows of a query", "does not hold what was written to it")
  }

  private static func value(_ reader: inout ByteReader) throws(RunError) -> SQLValue {
    switch reader.byte() {
    case 0: return .null
    case 1: if let word = reader.word() { return .int(Int64(bitPattern: word)) }
    case 2: if let word = reader.word() { return .double(Double(bitPattern: word)) }
    case 3: if let text = reader.text() { return .text(text) }
    case 4: if let count = reader.count(), let bytes = reader.bytes(count) { return .blob(Array(bytes)) }
    default: break
    }
    throw isDamaged
  }
}
