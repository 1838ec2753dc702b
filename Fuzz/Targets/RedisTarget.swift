internal import PipeDatabase

extension FuzzTarget {
  /// The size of the pieces is in the first byte.
  static let redis = FuzzTarget(name: "redis", summary: "replies of a Redis server, whole and in pieces") { input in
    guard let size = input.first else { return }
    let bytes = Array(input.dropFirst())
    let room = 1 << 16
    let (whole, wholeFault) = replies(bytes, bytes.count, room)
    let (pieces, piecesFault) = replies(bytes, Int(size) + 1, room)
    require(whole == pieces, "replies are the same however they arrive")
    require(wholeFault == piecesFault, "so is what ends them")
    require(whole.reduce(0) { $0 + cost($1) } <= room, "replies hold no more than there is room for")
    require(whole.allSatisfy { depth($0) <= RedisParser.depth }, "replies nest no deeper than they may")
  }

  private static func replies(_ bytes: [UInt8], _ size: Int, _ room: Int) -> ([RedisReply], RedisParser.Fault?) {
    var parser = RedisParser(room: room)
    var found: [RedisReply] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      parser.add(rest.prefix(size))
      rest = rest.dropFirst(size)
      do throws(RedisParser.Fault) {
        while let reply = try parser.next() { found.append(reply) }
      } catch {
        return (found, error)
      }
    }
    return (found, nil)
  }

  private static func cost(_ reply: RedisReply) -> Int {
    32
      + (reply.bytes?.count ?? 0)
      + (reply.elements?.reduce(0) { $0 + cost($1) } ?? 0)
  }

  private static func depth(_ reply: RedisReply) -> Int {
    reply.elements.map { 1 + ($0.map(depth).max() ?? 0) } ?? 0
  }
}
