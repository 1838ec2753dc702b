import PipeTesting
import Testing

@testable import PipeDatabase

@Suite("The parser of Redis' replies", .timeLimit(.minutes(20)))
struct RedisParserTests {
  private static let replies: [(String, RedisReply)] = [
    ("+OK\r\n", .status("OK")), ("+\r\n", .status("")), ("-ERR no\r\n", .error("ERR no")), (":0\r\n", .integer(0)),
    (":-9223372036854775808\r\n", .integer(.min)), (":9223372036854775807\r\n", .integer(.max)),
    ("$-1\r\n", .null), ("*-1\r\n", .null), ("$0\r\n\r\n", .bulk([])), ("$2\r\n\r\n\r\n", .bulk([13, 10])),
    ("$3\r\na\0b\r\n", .bulk([97, 0, 98])), ("*0\r\n", .array([])),
    ("*3\r\n:1\r\n*0\r\n*2\r\n$1\r\na\r\n$-1\r\n", .array([.integer(1), .array([]), .array([.bulk([97]), .null])])),
  ]

  private func parse(_ text: String, pieces: Int, room: Int = 1 << 20) throws -> [RedisReply] {
    var parser = RedisParser(room: room)
    var found: [RedisReply] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      parser.add(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
      while let reply = try parser.next() { found.append(reply) }
    }
    #expect(parser.isEmpty)
    return found
  }

  @Test("reads each kind, whole and in pieces, one behind the other", arguments: [1, 2, 3, 7, 1000])
  func kinds(pieces: Int) throws {
    for (text, reply) in Self.replies { #expect(try parse(text, pieces: pieces) == [reply], "\(text)") }
    #expect(try parse(Self.replies.map(\.0).joined(), pieces: pieces) == Self.replies.map(\.1))
  }

  @Test("waits for what is not whole")
  func incomplete() throws {
    for (text, _) in Self.replies {
      for count in 0..<text.utf8.count {
        var parser = RedisParser()
        parser.add(text.utf8.prefix(count))
        #expect(try parser.next() == nil, "\(text) to \(count)")
      }
    }
  }

  @Test(
    "refuses what is not a reply, or is larger than was asked for, before it is received",
    arguments: [
      "\r\n", "HTTP/1.1 400 Bad Request\r\n", "%1\r\n+a\r\n+b\r\n", "+OK\n", "+a\rb\r\n", ":\r\n", ":+1\r\n", ":1a\r\n",
      ":9223372036854775808\r\n", ":-9223372036854775809\r\n", ":--1\r\n", "$-2\r\n", "$536870913\r\n",
      "$99999999999999999999\r\n", "$1048577\r\n", "$2\r\nabc\r\n", "$1\r\na\rb", "*-2\r\n", "*1000000000\r\n",
      "*99999999999999999999\r\n", String(repeating: "*1\r\n", count: 9), "*2\r\n$1048000\r\n", "\0",
    ])
  func refused(text: String) throws {
    var parser = RedisParser(room: 1 << 20)
    parser.add(text.utf8)
    parser.add(repeatElement(UInt8(ascii: "$"), count: text.contains("1048000") ? 0 : 1))
    if text.contains("1048000") {
      #expect(try parser.next() == nil)
      parser.add(repeatElement(0x61, count: 1_048_000))
      parser.add("\r\n$1000\r\n".utf8)
    }
    if text == "\0" { parser.add("\r\n".utf8) }
    #expect(throws: RedisParser.Fault.self) { while try parser.next() != nil {} }
  }

  @Test("a line without an end is refused at 64 KiB")
  func longLine() throws {
    var parser = RedisParser()
    parser.add("+".utf8)
    parser.add(repeatElement(0x61, count: RedisParser.longestLine - 1))
    #expect(try parser.next() == nil)
    parser.add([0x61])
    #expect(throws: RedisParser.Fault.self) { try parser.next() }
  }

  @Test("arrays nest eight deep and no more")
  func depth() throws {
    let eight = String(repeating: "*1\r\n", count: RedisParser.depth)
    #expect(try parse(eight + ":1\r\n", pieces: 5).count == 1)
    for ninth in ["*1\r\n:1\r\n", "*0\r\n"] {
      #expect(throws: RedisParser.Fault.self) { try parse(eight + ninth, pieces: 5) }
    }
  }

  @Test("a reply of many elements that comes byte by byte takes no more than its time")
  func linear() throws {
    let start = Effort.processorSeconds
    let text = "*20000\r\n" + String(repeating: "$10\r\n0123456789\r\n", count: 20_000)
    #expect(try parse(text, pieces: 1)[0].elements?.count == 20_000)
    #expect(Effort.processorSeconds - start < 20)
  }

  @Test("commands are read back as they were given, whatever is in them")
  func commands() throws {
    var commands = RedisCommands("SET", "a b\r\n$1\r\n", "\0\u{1F600}")
    commands.add([Array("GET".utf8), [], [0xFF, 0x0D, 0x0A]])
    var parser = RedisParser()
    parser.add(commands.bytes)
    #expect(try parser.next()?.elements?.map(\.text) == ["SET", "a b\r\n$1\r\n", "\0\u{1F600}"])
    #expect(try parser.next()?.elements?.map(\.bytes) == [Array("GET".utf8), [], [0xFF, 0x0D, 0x0A]])
    #expect(parser.isEmpty && commands.count == 2)
  }
}
