/// What a Redis server answers to a command, in the words of RESP2 (redis.io/docs/reference/protocol-spec).
package enum RedisReply: Hashable, Sendable {
  case status(String)
  /// An error, whose first word is its code: `WRONGTYPE Operation against a key holding the wrong kind of value`.
  case error(String)
  case integer(Int)
  case bulk([UInt8])
  case null
  case array([RedisReply])

  /// The bytes of a bulk string, or of a status.
  package var bytes: [UInt8]? {
    switch self {
    case .bulk(let bytes): bytes
    case .status(let text): Array(text.utf8)
    case .error, .integer, .null, .array: nil
    }
  }

  /// The same as text. Bytes that are not UTF-8 become U+FFFD.
  package var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  package var elements: [RedisReply]? { if case .array(let elements) = self { elements } else { nil } }

  package var error: String? { if case .error(let words) = self { words } else { nil } }
}

/// What keeps a command from being answered.
package enum RedisError: Error, Hashable, Sendable {
  /// There is no connection, or it is lost: the same may work later. Whether the command was done is not known.
  case lost(String)
  /// The server's own words, whose first one is the code.
  case refused(String)
  /// The answer is not one of Redis.
  case foreign(String)
  /// What was waited for is not waited for any more.
  case stopped
}
