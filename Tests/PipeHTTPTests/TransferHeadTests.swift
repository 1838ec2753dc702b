import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("TransferHead")
struct TransferHeadTests {
  /// Reads lines until one is refused.
  private func read(_ lines: [String], ending: String = "\r\n") -> (head: TransferHead, fault: String?) {
    var head = TransferHead()
    for line in lines {
      if let fault = read(Array((line + ending).utf8), into: &head) { return (head, fault) }
    }
    return (head, nil)
  }

  /// The line is in memory of just its length, so that a byte too many is seen.
  private func read(_ line: [UInt8], into head: inout TransferHead) -> String? {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: line.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: line)
    return head.read(UnsafeRawBufferPointer(memory))
  }

  @Test("a head is whole with its empty line", arguments: ["\r\n", "\n"])
  func whole(ending: String) {
    let (open, _) = read(["HTTP/1.1 200 OK", "A: b"], ending: ending)
    #expect(!open.isWhole)
    let (head, fault) = read(["HTTP/1.1 200 OK", "A: b", ""], ending: ending)
    #expect(head.isWhole)
    #expect(fault == nil)
    #expect(head.bytes == (15 + 4) + 3 * ending.utf8.count)
  }

  @Test(
    "an informational head is not the last one",
    arguments: ["HTTP/1.1 100 Continue", "HTTP/1.1 103 Early Hints", "HTTP/2 103 ", "HTTP/1.0 199 x"])
  func informational(status: String) {
    let interim = [status, "Content-Length: 7", "Content-Encoding: gzip", ""]
    #expect(!read(interim).head.isWhole)
    let (head, fault) = read(interim + ["HTTP/1.1 200 OK", "Content-Length: 3", ""])
    #expect(fault == nil, "what the first one says is not of the answer")
    #expect(head.isWhole)
    #expect(head.codings == [])
  }

  @Test("nobody asked to switch protocols", arguments: ["HTTP/1.1 101 Switching Protocols", "HTTP/2 101 "])
  func switching(status: String) {
    #expect(read([status]).fault != nil)
  }

  @Test(
    "a Content-Length is digits, or a list of the same number",
    arguments: [
      "0", "5", " 5", "\t5 ", "5,5", "5 , 5,5", "007", "9223372036854775807",
    ])
  func length(text: String) {
    #expect(read(["HTTP/1.1 200 OK", "Content-Length:" + text, ""]).fault == nil)
    #expect(read(["HTTP/1.1 200 OK", "CONTENT-length:" + text, ""]).fault == nil)
  }

  @Test(
    "whatever else is no length, and the answer is not read",
    arguments: [
      "", " ", "-1", "+5", "5 5", "0x5", "5.0", "5,6", "5,", ",5", "5,,5", "5;5", "1e3", "\u{FF15}", "5\u{0}a", "five",
      "9223372036854775808", "99999999999999999999999999", "18446744073709551621",
    ])
  func noLength(text: String) {
    #expect(read(["HTTP/1.1 200 OK", "Content-Length:" + text, ""]).fault == "a Content-Length that is not a length")
  }

  @Test("two Content-Length fields say the same, or the answer is not read")
  func twoLengths() {
    let same = ["HTTP/1.1 200 OK", "Content-Length: 5", "X: y", "content-length: 5", ""]
    #expect(read(same).fault == nil)
    let different = ["HTTP/1.1 200 OK", "Content-Length: 5", "X: y", "content-length: 6", ""]
    #expect(read(different).fault == "two Content-Length fields that differ")
  }

  @Test(
    "fields that begin like those of the content are others",
    arguments: [
      "Content-Lengthy: x", "Content-Length-: x", "XContent-Length: x", "Content_Length: x", "ContentXLength: x",
    ])
  func others(field: String) {
    #expect(read(["HTTP/1.1 200 OK", field, ""]).fault == nil)
  }

  @Test("what comes behind a whole head is not of it")
  func trailers() {
    let (head, fault) = read([
      "HTTP/1.1 200 OK", "Content-Length: 5", "", "Content-Length: 6", "Content-Encoding: gzip",
    ])
    #expect(fault == nil)
    #expect(head.isWhole)
    #expect(head.codings == [])
  }

  @Test("codings are those of all fields, in their order")
  func codings() {
    let (head, _) = read(["HTTP/1.1 200 OK", "content-encoding: gzip", "Content-Encoding:br, identity , x-gzip", ""])
    #expect(head.codings == [.gzip, .brotli, .gzip])
  }

  @Test("a list of codings without an end is kept to one more than can be undone")
  func manyCodings() {
    let (head, _) = read(["HTTP/1.1 200 OK"] + Array(repeating: "Content-Encoding: gzip, br, zstd", count: 500) + [""])
    #expect(head.codings.count == ContentDecoding.limit + 1)
  }

  @Test("64 KiB of heads are read, informational ones included, and not a byte more")
  func limit() {
    var head = TransferHead()
    let line = Array("X: \(String(repeating: "y", count: 1019))\r\n".utf8)
    let status = Array("HTTP/1.1 200 OK\r\n".utf8)
    #expect(read(status, into: &head) == nil)
    for _ in 0..<63 { #expect(read(line, into: &head) == nil) }
    #expect(read(Array(line.dropFirst(status.count)), into: &head) == nil)
    #expect(head.bytes == TransferHead.limit)
    #expect(read([0x58], into: &head) == TransferHead.excess)
    var interim = TransferHead()
    var faults = 0
    for _ in 0..<10_000 where faults == 0 {
      for line in ["HTTP/1.1 100 Continue\r\n", "\r\n"] where read(Array(line.utf8), into: &interim) != nil {
        faults += 1
      }
    }
    #expect(faults > 0)
  }

  @Test("fields are kept where somebody asked for them, those of the final head alone")
  func fields() {
    var head = TransferHead()
    head.begin(keepsFields: true)
    for line in ["HTTP/1.1 103 Early Hints", "A: early", "", "HTTP/1.1 200 OK", "A: b", "c:  d ", "", "T: trailer"] {
      #expect(read(Array((line + "\r\n").utf8), into: &head) == nil)
    }
    #expect(head.fields?.all == HTTPFields([("A", "b"), ("c", "d")]))
  }

  @Test("whatever the lines, reading them ends within their bytes", arguments: 0..<20 as Range<UInt64>)
  func hostile(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let pieces = [
      "HTTP/", "HTTP", "/1.1 ", "1", "0", "200", " ", "\r\n", "\n", "\r", "Content-", "content-length",
      "Content-Encoding",
      ":", ",", "gzip", "\u{0}", "é", "\t", "-", "9999999999999999999", "C", "c",
    ].map { Array($0.utf8) }
    for _ in 0..<Effort.times(250) {
      var head = TransferHead()
      head.begin(keepsFields: random.oneIn(2))
      if random.oneIn(2) { _ = read(Array("HTTP/1.1 200 OK\r\n".utf8), into: &head) }
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        var line = (0..<Int.random(in: 0...7, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? []
        }
        if random.oneIn(3) { line.append(UInt8.random(in: 0...255, using: &random)) }
        if line.isEmpty { continue }
        let before = head.bytes
        _ = read(line, into: &head)
        #expect(head.bytes == before + line.count)
        #expect(head.codings.count <= ContentDecoding.limit + 1)
      }
      _ = head.fields?.all
    }
  }
}

@Suite("HeadFields")
struct HeadFieldsTests {
  /// The fields of a head with these lines.
  private func fields(_ lines: String...) -> HTTPFields {
    var head = TransferHead()
    head.begin(keepsFields: true)
    for line in ["HTTP/1.1 200 OK\r\n"] + lines + ["\r\n"] {
      let fault = Array(line.utf8).withUnsafeBytes { head.read($0) }
      #expect(fault == nil)
    }
    return head.fields?.all ?? HTTPFields()
  }

  @Test("fields stand in the order of arrival, each as often as it came")
  func order() {
    #expect(fields("B: 1\r\n", "a: 2\r\n", "B: 3\r\n") == HTTPFields([("B", "1"), ("a", "2"), ("B", "3")]))
    #expect(fields() == HTTPFields())
  }

  @Test(
    "white space around a value is none of it",
    arguments: ["A: b\r\n", "A:b\r\n", "A:\t b \t\r\n", "A: b\n", "A:    b", "A: b\r\r\n"])
  func whiteSpace(line: String) {
    #expect(fields(line) == HTTPFields([("A", "b")]))
  }

  @Test("a value may be empty, and may have colons and white space in it")
  func values() {
    #expect(fields("A:\r\n", "B: \r\n", "C: x: y  z\r\n") == HTTPFields([("A", ""), ("B", ""), ("C", "x: y  z")]))
  }

  @Test("a line that begins with white space goes on with the value before it")
  func folded() {
    #expect(fields("A: b\r\n", "  c\r\n", "\td \r\n", "E: f\r\n") == HTTPFields([("A", "b c d"), ("E", "f")]))
    #expect(fields(" lost\r\n", "A: b\r\n") == HTTPFields([("A", "b")]), "there is none before the first")
  }

  @Test("a line without a colon is no field")
  func noColon() {
    #expect(fields("nothing\r\n", "A: b\r\n", "more\r\n") == HTTPFields([("A", "b")]))
  }

  @Test("a head of many fields is read in one pass, and forgotten when another one begins")
  func many() {
    var fields = HeadFields()
    for number in 0..<15_000 { Array("F\(number): \(number)".utf8).withUnsafeBytes { fields.begin($0) } }
    #expect(fields.all.all.count == 15_000)
    fields.removeAll()
    #expect(fields.all == HTTPFields())
  }
}

extension HTTPFields {
  fileprivate init(_ fields: [(String, String)]) { self.init(fields.map { Field(name: $0.0, value: $0.1) }) }
}
