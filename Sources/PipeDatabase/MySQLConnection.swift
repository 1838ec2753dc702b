internal import CLibmariadb
internal import Glibc

/// The one owner of a connection to a MySQL or MariaDB server; closed with its last reference. One task uses it.
///
/// Nothing in it blocks for longer than it may: the library is used without blocking, and what it waits for is waited for here
/// (mariadb.com/kb/en/using-the-non-blocking-library), in steps between which `shouldStop` is asked. A wait that was broken off,
/// and a failure of the connection, close it for good.
package final class MySQLConnection {
  package let address: MySQLAddress
  let library: pipe_mysql
  /// `nil` once the connection is lost.
  private(set) var handle: UnsafeMutablePointer<MYSQL>?
  /// The rows that are being read.
  private var result: UnsafeMutablePointer<MYSQL_RES>?
  private var shouldStop: () -> Bool
  /// What connecting may take at the most; `nil` once it is done.
  private var connectingEnd: ContinuousClock.Instant?

  private static let connectingTime = 15

  /// Connects, and names the session's character set: all texts are UTF-8 of four bytes.
  ///
  /// - Parameter shouldStop: Asked now and then while it waits, and while statements run, whether to break off.
  package init(_ address: MySQLAddress, shouldStop: @escaping () -> Bool = { false }) throws(DatabaseError) {
    (self.address, self.shouldStop) = (address, shouldStop)
    library = try MySQLLibrary.functions()
    guard let handle = library.mysql_init(nil) else { throw DatabaseError(.other, code: "", "memory has run out") }
    self.handle = handle
    setOptions(of: handle)
    connectingEnd = .now + .seconds(Self.connectingTime)
    try connect(handle)
    connectingEnd = nil
    watchForSilence()
  }

  deinit {
    if let handle {
      if let result {
        handle.pointee.status = MYSQL_STATUS_READY
        _ = Self.freed(result, library)
      }
      library.mysql_close(handle)
    }
  }

  package var isOpen: Bool { handle != nil }

  /// As the server says it: `10.11.19-MariaDB`, `8.4.2`.
  package var serverVersion: String {
    handle.flatMap { library.mysql_get_server_info($0) }.map { String(cString: $0) } ?? ""
  }

  package var isMariaDB: Bool { serverVersion.contains("MariaDB") }

  /// Whether what is sent is encrypted.
  package var isEncrypted: Bool { handle.map { library.mysql_get_ssl_cipher($0) != nil } ?? false }

  // MARK: Connecting

  private func setOptions(of handle: UnsafeMutablePointer<MYSQL>) {
    func set(_ option: mysql_option, _ text: String) { _ = library.mysql_options(handle, option, text) }
    func set(_ option: mysql_option, _ number: UInt32) {
      var number = number
      _ = library.mysql_options(handle, option, &number)
    }
    func set(_ option: mysql_option, _ isOn: Bool) {
      var value: my_bool = isOn ? 1 : 0
      _ = library.mysql_options(handle, option, &value)
    }
    // The stack of what waits: look-ups and TLS need more than the 60 KiB that it has otherwise.
    var stack = 256 << 10
    _ = library.mysql_options(handle, MYSQL_OPT_NONBLOCK, &stack)
    set(MYSQL_OPT_CONNECT_TIMEOUT, 10)
    _ = withUnsafePointer(to: library) { library in
      pipe_mysql_set_waiting(library, handle) { socket, isRead, _ in
        // Ten seconds: the library gives its limit in a wrong unit (seconds for milliseconds, as of 3.3).
        var place = pollfd(fd: socket, events: Int16(isRead != 0 ? POLLIN : POLLOUT), revents: 0)
        var count: Int32
        repeat { count = poll(&place, 1, 10_000) } while count < 0 && errno == EINTR
        return count
      }
    }
    set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
    // A server could ask for any file of the machine.
    set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
    set(MYSQL_OPT_PROTOCOL, address.socket == nil ? MYSQL_PROTOCOL_TCP.rawValue : MYSQL_PROTOCOL_SOCKET.rawValue)
    _ = library.mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "pipe")
    let isEncrypted = address.security != .disabled
    set(MYSQL_OPT_SSL_ENFORCE, isEncrypted)
    set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, address.security == .identity)
    if let authorities = address.authorities { set(MYSQL_OPT_SSL_CA, authorities) }
    // Some send the password as it is: not to a server that nobody has looked at.
    let plain = address.security == .identity || address.security == .authority ? ",mysql_clear_password,dialog" : ""
    set(
      MARIADB_OPT_RESTRICTED_AUTH,
      "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password,parsec,auth_gssapi_client" + plain)
  }

  private func connect(_ handle: UnsafeMutablePointer<MYSQL>) throws(DatabaseError) {
    // They have to be there until the library is done, which is behind several calls.
    let texts = [address.host, address.user, address.password, address.database, address.socket ?? ""]
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let isSocket = address.socket != nil
    var connected: UnsafeMutablePointer<MYSQL>?
    var status = library.mysql_real_connect_start(
      &connected, handle, isSocket ? nil : copies[0], copies[1], copies[2], copies[3], UInt32(address.port),
      isSocket ? copies[4] : nil, 0)
    while status != 0 { status = library.mysql_real_connect_cont(&connected, handle, try wait(for: status)) }
    guard connected != nil else { throw failure() }
    if address.security != .disabled, !isEncrypted {
      lose()
      throw DatabaseError(.other, code: "HY000/2026", "the server has no TLS, and the address asks for it")
    }
  }

  /// A server that is gone without a word is noticed after about a minute, however long a statement may take.
  private func watchForSilence() {
    guard let handle, address.socket == nil else { return }
    let socket = library.mysql_get_socket(handle)
    func set(_ level: Int32, _ name: Int32, _ number: Int32) {
      var number = number
      setsockopt(socket, level, name, &number, socklen_t(MemoryLayout<Int32>.size))
    }
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 20)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 60_000)
  }

  // MARK: Waiting

  /// Waits for what the library asks for.
  ///
  /// - Returns: What has come.
  private func wait(for wanted: Int32) throws(DatabaseError) -> Int32 {
    guard let handle else { throw .closed }
    var end = connectingEnd
    if wanted & MYSQL_WAIT_TIMEOUT != 0 {
      let own = ContinuousClock.now + .milliseconds(library.mysql_get_timeout_value_ms(handle))
      end = end.map { min($0, own) } ?? own
    }
    var place = pollfd(fd: library.mysql_get_socket(handle), events: 0, revents: 0)
    if wanted & MYSQL_WAIT_READ != 0 { place.events |= Int16(POLLIN) }
    if wanted & MYSQL_WAIT_WRITE != 0 { place.events |= Int16(POLLOUT) }
    if wanted & MYSQL_WAIT_EXCEPT != 0 { place.events |= Int16(POLLPRI) }
    while true {
      let count = poll(&place, 1, 50)
      if count > 0 {
        // The library finds out itself what has happened to a socket that is closed.
        let found = place.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 ? place.events : place.revents
        return (found & Int16(POLLIN) != 0 ? MYSQL_WAIT_READ : 0) | (found & Int16(POLLOUT) != 0 ? MYSQL_WAIT_WRITE : 0)
          | (found & Int16(POLLPRI) != 0 ? MYSQL_WAIT_EXCEPT : 0)
      }
      if shouldStop() {
        lose()
        throw .stopped
      }
      if let end, .now >= end {
        if wanted & MYSQL_WAIT_TIMEOUT != 0 { return MYSQL_WAIT_TIMEOUT }
        lose()
        throw DatabaseError(
          .connection, code: "HY000/2013", "the server has not answered within \(Self.connectingTime) s")
      }
    }
  }

  /// Lets go of a connection that is of no use any more. The server is not told: nobody would wait until it has heard.
  private func lose() {
    guard let handle else { return }
    self.handle = nil
    shutdown(library.mysql_get_socket(handle), Int32(SHUT_RDWR))
    if let result {
      // Otherwise the library would read the rows to their end.
      handle.pointee.status = MYSQL_STATUS_READY
      _ = Self.freed(result, library)
      self.result = nil
    }
    library.mysql_close(handle)
  }

  /// What the server, or the library, has said; closes a connection that is lost.
  private func failure() -> DatabaseError {
    guard let handle else { return .closed }
    let error = DatabaseError.mysql(
      library.mysql_errno(handle), library.mysql_sqlstate(handle).map { String(cString: $0) } ?? "",
      library.mysql_error(handle).map { String(cString: $0) } ?? "")
    if error.kind == .connection || connectingEnd != nil { lose() }
    return error
  }

  private static func freed(_ result: UnsafeMutablePointer<MYSQL_RES>, _ library: pipe_mysql) -> Bool {
    // Without rows that wait, it blocks for nothing.
    library.mysql_free_result_start(result) == 0
  }

  // MARK: Statements

  /// Sends a statement, and waits for the beginning of its answer.
  func send(_ sql: [UInt8]) throws(DatabaseError) {
    guard let handle else { throw .closed }
    var failed: Int32 = 0
    // The bytes have to stay where they are until all are sent.
    let outcome: Result<Void, DatabaseError> = sql.withUnsafeBytes { bytes in
      do throws(DatabaseError) {
        let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        var status = library.mysql_real_query_start(&failed, handle, text, UInt(bytes.count))
        while status != 0 { status = library.mysql_real_query_cont(&failed, handle, try wait(for: status)) }
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
    if failed != 0 { throw failure() }
  }

  /// What a statement has changed.
  package struct Changes: Hashable, Sendable {
    /// Rows that were inserted or changed; one that an `ON DUPLICATE KEY UPDATE` has changed counts twice.
    package let rows: Int
  }

  /// Runs a statement to its end, whatever it returns.
  @discardableResult
  package func execute(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> Changes {
    try execute(values.isEmpty ? Array(sql.utf8) : MySQLLiteral.statement(sql, values))
  }

  @discardableResult
  package func execute(_ sql: [UInt8]) throws(DatabaseError) -> Changes {
    try send(sql)
    let rows = handle.map { library.mysql_affected_rows($0) } ?? 0
    try finish()
    return Changes(rows: Int(clamping: rows))
  }

  /// The rows of a statement, all at once: for what is known to be small. One that gives none has none.
  package func rows(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> [[SQLValue]] {
    try rows(MySQLLiteral.statement(sql, values))
  }

  private func rows(_ sql: [UInt8]) throws(DatabaseError) -> [[SQLValue]] {
    try send(sql)
    guard let columns = beginRows() else {
      try finish()
      return []
    }
    let rows = MySQLRows(columns, on: self)
    var all: [[SQLValue]] = []
    while let row = try rows.next() { all.append(row) }
    return all
  }

  /// The rows of a person's query between which and its end a condition stands: a question mark of theirs is none of ours.
  package func rows(
    _ query: String, behind condition: (sql: String, value: SQLValue)?, _ end: String
  ) throws(DatabaseError) -> [[SQLValue]] {
    var sql = Array(query.utf8)
    if let condition { sql += MySQLLiteral.statement(condition.sql, [condition.value]) }
    return try rows(sql + Array(end.utf8))
  }

  /// Begins to read rows.
  ///
  /// - Returns: Their columns; `nil` if the statement gives no rows.
  func beginRows() -> [MySQLColumn]? {
    guard let handle, library.mysql_field_count(handle) > 0, let result = library.mysql_use_result(handle) else {
      return nil
    }
    self.result = result
    return (0..<library.mysql_num_fields(result)).compactMap { place in
      library.mysql_fetch_field_direct(result, place).map { MySQLColumn($0.pointee) }
    }
  }

  /// - Parameter body: Given the bytes of each column of the next row; `nil` for NULL.
  /// - Returns: `nil` behind the last row.
  func nextRow<Row>(_ body: (_ column: Int, _ bytes: UnsafeBufferPointer<UInt8>?) -> Row) throws(DatabaseError)
    -> [Row]?
  {
    guard handle != nil else { throw .closed }
    guard let result else { return nil }
    var row: MYSQL_ROW?
    var status = library.mysql_fetch_row_start(&row, result)
    while status != 0 { status = library.mysql_fetch_row_cont(&row, result, try wait(for: status)) }
    guard let row, let lengths = library.mysql_fetch_lengths(result) else {
      if let handle, library.mysql_errno(handle) != 0 { throw failure() }
      try finish()
      return nil
    }
    return (0..<Int(library.mysql_num_fields(result))).map { place in
      body(
        place,
        row[place].map { text in
          text.withMemoryRebound(to: UInt8.self, capacity: Int(lengths[place])) {
            UnsafeBufferPointer(start: $0, count: Int(lengths[place]))
          }
        })
    }
  }

  /// Reads what is left of a statement's answer.
  func finish() throws(DatabaseError) {
    while let handle {
      if let result {
        var status = library.mysql_free_result_start(result)
        while status != 0 { status = library.mysql_free_result_cont(result, try wait(for: status)) }
        self.result = nil
        if library.mysql_errno(handle) != 0 { throw failure() }
      } else if handle.pointee.status == MYSQL_STATUS_GET_RESULT, let rows = library.mysql_use_result(handle) {
        result = rows
      } else if library.mysql_more_results(handle) != 0 {
        var failed: Int32 = 0
        var status = library.mysql_next_result_start(&failed, handle)
        while status != 0 { status = library.mysql_next_result_cont(&failed, handle, try wait(for: status)) }
        if failed > 0 { throw failure() }
      } else {
        return
      }
    }
    throw .closed
  }

  /// Lets rows that nobody will read go, with the connection: they may be many.
  func abandonRows() { if result != nil { lose() } }
}
