import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, content codings", .timeLimit(.minutes(20)))
struct ContentCodingTests {
  private static let text = "<title>A page that is coded</title>"
  private static let codings: [(name: String, coded: [UInt8])] = [
    ("gzip", CodedContent.gzip(text)), ("deflate", CodedContent.zlib(text)), ("deflate", CodedContent.raw(text)),
    ("br", CodedContent.brotli(text)), ("zstd", CodedContent.zstd(text)),
  ]

  private static func settings(maximum: Int, fails: Bool = false) -> TransferSettings {
    var settings = TransferSettings.loopback
    settings.maximumBody = maximum
    settings.failsAboveMaximumBody = fails
    return settings
  }

  private static func answer(_ fields: [String], _ content: [UInt8]) -> [UInt8] {
    let lines = ["HTTP/1.1 200 OK", "Content-Length: \(content.count)"] + fields
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + content
  }

  private static func receiveCoded(
    _ coding: String, _ content: [UInt8], _ settings: TransferSettings = .loopback
  ) async throws -> TransferResult {
    try #require(try await receive(answer(["Content-Encoding: \(coding)"], content), settings))
  }

  @Test("codings are undone", arguments: codings)
  func undone(name: String, coded: [UInt8]) async throws {
    let result = try await Self.receiveCoded(name, coded)
    #expect(result.failure == nil)
    #expect(result.response?.body == Array(Self.text.utf8))
    #expect(result.response?.length == Self.text.utf8.count)
    #expect(result.response?.isTruncated == false)
  }

  @Test(
    "what a real encoder made of a page is undone",
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    arguments: [
      ("gzip", "html-gzip.bin", 74_837), ("deflate", "html-zlibdeflate.bin", 74_840), ("br", "html-br.bin", 74_837),
      ("zstd", "html-zstd-static-content-size.bin", 74_837),
    ])
  func realPages(name: String, file: String, length: Int) async throws {
    let result = try await Self.receiveCoded(name, Corpus.bytes("http-compressed/" + file))
    #expect(result.failure == nil)
    #expect(result.response?.length == length)
    let text = String(decoding: result.response?.body ?? [], as: UTF8.self)
    #expect(text.utf8.count == length)
    #expect(text.hasSuffix("</html>") || text.hasSuffix("</html>\n") || text.hasSuffix("</html>\r\n"))
  }

  @Test(
    "the fields name the codings in the order in which they were applied",
    arguments: [
      ["Content-Encoding: x-gzip"], ["content-encoding:GZIP"], ["CONTENT-ENCODING: \tgzip \t"],
      ["Content-Encoding: identity, gzip"], ["Content-Encoding: ,gzip,,"],
      ["Content-Encoding: identity", "Content-Encoding: gzip"], ["Content-Encoding: gzip", "Content-Encoding:"],
    ])
  func names(fields: [String]) async throws {
    let result = try await receive(Self.answer(fields, CodedContent.gzip("hello")))
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test(
    "of several codings the last one is undone first",
    arguments: [
      ["Content-Encoding: deflate, gzip"], ["Content-Encoding: deflate", "Content-Encoding: gzip"],
      ["Content-Encoding: deflate,identity,gzip"],
    ])
  func order(fields: [String]) async throws {
    let inner = CodedContent.raw("hello")
    let result = try await receive(Self.answer(fields, CodedContent.gzip(inner)))
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test(
    "as many codings as are allowed are undone, and more are not", arguments: [(5, true), (6, false), (1000, false)])
  func manyCodings(count: Int, isRead: Bool) async throws {
    let content = (0..<min(count, 20)).reduce(Array("hello".utf8)) { content, _ in CodedContent.gzip(content) }
    let names = Array(repeating: "gzip", count: count).joined(separator: ", ")
    let result = try await Self.receiveCoded(names, content)
    #expect(result.failure == (isRead ? nil : TransferFailure(.body, "more than 5 codings")))
    #expect(result.response?.status == 200)
    #expect(result.response?.body == (isRead ? Array("hello".utf8) : content))
    #expect(result.response?.isTruncated == false)
  }

  @Test(
    "content under a name of no coding is as it stands",
    arguments: [
      ["UTF-8"], ["none"], ["binary"], ["x-unknown"], ["identity"], [""], [",,"], ["utf-8", "none"],
      ["UTF-8, identity"],
      ["a\u{1B}[31mb"], [String(repeating: "x", count: 10_000)],
    ])
  func noCoding(values: [String]) async throws {
    let result = try await receive(Self.answer(values.map { "Content-Encoding: \($0)" }, Array(Self.text.utf8)))
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array(Self.text.utf8))
    #expect(result?.response?.isTruncated == false)
  }

  @Test(
    "a coding among names that are none is undone",
    arguments: [
      ["gzip, UTF-8"], ["aws-chunked,gzip"], ["gzip;q=1.0"], ["utf-8", "gzip"], ["x-gzip; level=9"],
      ["none", "", "GZIP"],
    ])
  func codingAmongOthers(values: [String]) async throws {
    let fields = values.map { "Content-Encoding: \($0)" }
    let result = try await receive(Self.answer(fields, CodedContent.gzip("hello")))
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test(
    "a coding that is not undone is named, and the content kept as it came",
    arguments: ["compress", "x-compress", "aes128gcm", "dcb", "dcz", "exi", "gzip, compress", "compress, gzip"])
  func notUndone(coding: String) async throws {
    let content = CodedContent.gzip("hello")
    let result = try await Self.receiveCoded(coding, content)
    let name = coding.split(separator: ", ").first { $0 != "gzip" } ?? ""
    #expect(result.failure == TransferFailure(.body, "the content coding '\(name)' cannot be undone"))
    #expect(result.response?.status == 200)
    #expect(result.response?.body == content)
    #expect(result.response?.isTruncated == false)
  }

  @Test(
    "where there is no content, no coding of it is wrong",
    arguments: [
      ("HEAD", "200 OK", "Content-Length: 500"), ("GET", "204 No Content", "X: y"), ("GET", "304 Not Modified", "X: y"),
      ("GET", "200 OK", "Content-Length: 0"),
    ], ["gzip", "zstd", "x-unknown", "compress", "gzip, gzip, gzip, gzip, gzip, gzip"])
  func noContent(answer: (method: String, status: String, field: String), coding: String) async throws {
    let bytes = "HTTP/1.1 \(answer.status)\r\nContent-Encoding: \(coding)\r\n\(answer.field)\r\n\r\n"
    let result = try await receive(Array(bytes.utf8), method: answer.method)
    #expect(result?.failure == nil)
    #expect(result?.response?.isTruncated == false)
    #expect(result?.response?.length == 0)
  }

  @Test("gzip members follow each other, and zeros may pad them")
  func members() async throws {
    let zeros = [UInt8](repeating: 0, count: 1000)
    for coded in [
      CodedContent.gzip("he") + CodedContent.gzip("") + CodedContent.gzip("llo"),
      CodedContent.gzip("he") + zeros + CodedContent.gzip("llo") + zeros,
    ] {
      let result = try await Self.receiveCoded("gzip", coded)
      #expect(result.failure == nil)
      #expect(result.response?.body == Array("hello".utf8))
    }
  }

  @Test("content that ends before its coding does is kept as far as it came, wherever it ends", arguments: codings)
  func cutOff(name: String, coded: [UInt8]) async throws {
    let server = try RawServer { _ in
      [
        .serve { request in
          let count = Int(request.split(separator: " ")[1].dropFirst()) ?? 0
          return Self.answer(["Content-Encoding: \(name)"], Array(coded[..<count]))
        }
      ]
    }
    defer { server.close() }
    let results = try await perform((1..<coded.count).map { ScriptedRequest(server.url("/\($0)"), index: $0) })
    #expect(results.count == coded.count - 1)
    var isAnyKept = false
    for result in results {
      let body = result.response?.body ?? []
      #expect(Array(Self.text.utf8).starts(with: body))
      #expect(result.failure?.reason == .body)
      #expect(result.failure?.message.hasSuffix(" data broke off after \(body.count) bytes") == true)
      #expect(result.response?.status == 200)
      #expect(result.response?.isTruncated == true)
      isAnyKept = isAnyKept || !body.isEmpty
    }
    // A block of zstd is whole or nothing.
    #expect(isAnyKept || name == "zstd")
  }

  @Test(
    "what came before a fault of the coding is kept", arguments: [CodedContent.gzip(text), CodedContent.zlib(text)])
  func wrongChecksum(coded: [UInt8]) async throws {
    var coded = coded
    let isGzip = coded[0] == 0x1F
    coded[coded.count - (isGzip ? 8 : 4)] ^= 0xFF
    let result = try await Self.receiveCoded(isGzip ? "gzip" : "deflate", coded)
    let words = "its \(isGzip ? "gzip" : "deflate") data is corrupt: incorrect data check"
    #expect(result.failure == TransferFailure(.body, words))
    #expect(result.response?.status == 200)
    #expect(result.response?.body == Array(Self.text.utf8))
    #expect(result.response?.isTruncated == true)
  }

  @Test("content that is not coded as it says fails", arguments: ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
  func untrue(coding: String) async throws {
    let result = try await Self.receiveCoded(coding, Array(Self.text.utf8))
    #expect(result.failure?.reason == .body)
    #expect(result.failure?.message.hasPrefix("its ") == true, "\(result.failure?.message ?? "")")
    #expect(result.response?.status == 200)
    #expect(result.response?.body == [])
  }

  @Test("what follows the coded content is passed over, however it arrives", arguments: codings)
  func excess(name: String, coded: [UInt8]) async throws {
    for more in ["\n", "\r\n", "<!-- cached -->", "(c) a cache", "\u{0}\u{0}", String(repeating: "x", count: 100_000)] {
      let result = try await Self.receiveCoded(name, coded + Array(more.utf8))
      #expect(result.failure == nil)
      #expect(result.response?.body == Array(Self.text.utf8))
      #expect(result.response?.isTruncated == false)
    }
    // In a piece of its own.
    let (count, more) = (coded.count + 20_000, [UInt8](repeating: UInt8(ascii: "x"), count: 20_000))
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: \(name)\r\nContent-Length: \(count)\r\n\r\n"
    let server = try RawServer { _ in
      [.read, .send(Array(head.utf8) + coded)]
        + stride(from: 0, to: 20_000, by: 4000).map { .send(Array(more[$0..<$0 + 4000])) }
    }
    defer { server.close() }
    let result = try #require(try await perform([ScriptedRequest(server.url())]).first)
    #expect(result.failure == nil)
    #expect(result.response?.body == Array(Self.text.utf8))
  }

  @Test("of what follows a gzip, bytes that only begin like another are passed over; another that breaks is a fault")
  func excessLikeAMember() async throws {
    let gzip = CodedContent.gzip("hello")
    for more in [[0x1F, 0x8A], [0x1F, 0x00, 0x8B], [0x8B, 0x1F]] as [[UInt8]] {
      let result = try await Self.receiveCoded("gzip", gzip + more)
      #expect(result.failure == nil)
      #expect(result.response?.body == Array("hello".utf8))
    }
    for more in [[0x1F, 0x8B, 7, 0, 0], Array(gzip.dropLast())] as [[UInt8]] {
      let result = try await Self.receiveCoded("gzip", gzip + more)
      #expect(result.failure?.reason == .body)
      #expect(result.response?.isTruncated == true)
    }
  }

  @Test("what follows content of two codings is passed over")
  func excessOfTwo() async throws {
    let inner = CodedContent.gzip("hello") + Array("\n".utf8)
    let result = try await Self.receiveCoded("gzip, gzip", CodedContent.gzip(inner) + Array("\n".utf8))
    #expect(result.failure == nil)
    #expect(result.response?.body == Array("hello".utf8))
  }

  @Test("a zstd frame that wants much memory is refused")
  func window() async throws {
    var coded = CodedContent.zstd(Self.text)
    // RFC 8878, 3.1.1.1.2; RFC 9659: 8 MiB are allowed, and this is 9.
    coded[5] = 0x69
    let result = try await Self.receiveCoded("zstd", coded)
    #expect(result.failure == TransferFailure(.body, "its zstd data wants a window of more than 8 MiB"))
  }

  @Test("the limit counts the content after its coding is undone", arguments: codings)
  func limit(name: String, coded: [UInt8]) async throws {
    let exact = try await Self.receiveCoded(name, coded, Self.settings(maximum: Self.text.utf8.count))
    #expect(exact.failure == nil)
    #expect(exact.response?.isTruncated == false)
    let larger = try await Self.receiveCoded(name, coded, Self.settings(maximum: 10))
    #expect(larger.failure == nil)
    #expect(larger.response?.body == Array(Self.text.utf8.prefix(10)))
    #expect(larger.response?.isTruncated == true)
    let failed = try await Self.receiveCoded(name, coded, Self.settings(maximum: 10, fails: true))
    #expect(failed.failure?.reason == .tooLarge)
    #expect(failed.response == nil)
  }

  @Test("a few bytes that stand for a great many end at the limit")
  func bomb() async throws {
    // 1.3 MB for 206 MB, of which some kB are read.
    let result = try await Self.receiveCoded(
      "gzip", CodedContent.endlessZeros(100_000), Self.settings(maximum: 1_000_000))
    #expect(result.failure == nil)
    #expect(result.response?.length == 1_000_000)
    #expect(result.response?.body.count == 1_000_000)
    #expect(result.response?.isTruncated == true)
  }

  @Test(
    "real bombs end at the limit", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    arguments: [("gzip", "bomb-gzip.bin"), ("br", "bomb-br.bin")])
  func realBombs(name: String, file: String) async throws {
    let result = try await Self.receiveCoded(
      name, Corpus.bytes("http-compressed/" + file), Self.settings(maximum: 100_000))
    #expect(result.failure == nil)
    #expect(result.response?.length == 100_000)
    #expect(result.response?.isTruncated == true)
  }

  @Test("coded content that comes to nothing is not read for ever")
  func nothingForEver() async throws {
    // RFC 1951, 3.2.4: stored blocks of no bytes.
    let blocks = Array(repeating: [0, 0, 0, 0xFF, 0xFF] as [UInt8], count: 50_000).joined()
    let result = try await Self.receiveCoded("gzip", CodedContent.gzipHeader + blocks, Self.settings(maximum: 1000))
    #expect(result.failure == nil)
    #expect(result.response?.isTruncated == true)
    #expect(result.response?.length == 0)
  }

  @Test("a bomb within a coding that makes nothing of it ends at the limit")
  func bombWithin() async throws {
    // To the inner gzip the zeros are padding.
    let coded = CodedContent.gzip(CodedContent.gzip("hello")) + CodedContent.endlessZeros(100_000)
    let result = try await Self.receiveCoded("gzip, gzip", coded, Self.settings(maximum: 1000))
    #expect(result.failure == nil)
    #expect(result.response?.body == Array("hello".utf8))
    #expect(result.response?.isTruncated == true)
  }

  @Test("one answer's coding says nothing of the next one in its place")
  func oneAfterTheOther() async throws {
    let broken = Array(CodedContent.gzip(Self.text).dropLast(12))
    let answers: [[UInt8]] =
      Self.codings.map { Self.answer(["Content-Encoding: \($0.name)"], $0.coded) } + [
        Self.answer(["Content-Encoding: gzip"], broken), Self.answer([], Array(Self.text.utf8)),
        Self.answer(["Content-Encoding: compress"], Array(Self.text.utf8)),
        Array("HTTP/1.1 103 Early Hints\r\nContent-Encoding: gzip\r\n\r\n".utf8)
          + Self.answer([], Array(Self.text.utf8)),
      ]
    let order = (0..<3).flatMap { _ in answers.indices }
    let server = try RawServer { _ in
      [.serve { request in Int(request.split(separator: " ")[1].dropFirst()).map { answers[$0] } }]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    let requests = order.enumerated().map { ScriptedRequest(server.url("/\($0.element)"), index: $0.offset) }
    let results = try await perform(requests, settings)
    for (result, number) in zip(results, order) {
      let isBroken = number == Self.codings.count || number == Self.codings.count + 2
      #expect((result.failure != nil) == isBroken, "answer \(number)")
      if !isBroken { #expect(result.response?.body == Array(Self.text.utf8), "answer \(number)") }
    }
  }

  @Test("a trailer names no coding and no length")
  func trailer() async throws {
    let result = try await receive(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
        + "Content-Encoding: gzip\r\nContent-Length: x\r\n\r\n")
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test(
    "a request says what can be undone, unless the spec or the request itself does",
    arguments: [
      (nil, nil, "Accept-Encoding: gzip, deflate, br, zstd"), ("identity", nil, "accept-encoding: identity"),
      (nil, "br", "ACCEPT-ENCODING: br"), ("identity", "br", "ACCEPT-ENCODING: br"), ("", nil, "accept-encoding:"),
    ] as [(String?, String?, String)])
  func accepted(common: String?, own: String?, line: String) async throws {
    let coded = CodedContent.gzip("hello")
    let server = try RawServer { _ in [.read, .send(Self.answer(["Content-Encoding: gzip"], coded))] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.headers = common.map { [HTTPFields.Field(name: "accept-encoding", value: $0)] } ?? []
    let headers = own.map { [HTTPFields.Field(name: "ACCEPT-ENCODING", value: $0)] } ?? []
    let result = try await perform([ScriptedRequest(server.url(), headers: headers)], settings).first
    let lines = server.requests.first?.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("accept-encoding") }
    #expect(lines?.map(String.init) == [line])
    #expect(result?.response?.body == Array("hello".utf8), "codings are undone all the same")
  }
}
