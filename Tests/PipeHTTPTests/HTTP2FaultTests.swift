import Glibc
import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, faults of HTTP/2", .timeLimit(.minutes(20)))
struct HTTP2FaultTests {
  /// A frame (RFC 9113, 4.1).
  private static func frame(_ kind: UInt8, _ flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    let count = UInt32(payload.count)
    return [UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), kind, flags]
      + bytes(stream) + payload
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    (0..<4).reversed().map { UInt8(number >> ($0 * 8) & 0xFF) }
  }

  private static let settings = frame(4) + frame(4, 1)
  /// `:status: 200` of the static table (RFC 7541, A).
  private static let head = frame(1, 4, stream: 1, [0x88])
  private static func content(ends: Bool) -> [UInt8] { frame(0, ends ? 1 : 0, stream: 1, Array("hello".utf8)) }
  private static func reset(_ error: UInt32) -> [UInt8] { frame(3, stream: 1, bytes(error)) }
  private static func goAway(last: UInt32, error: UInt32 = 0) -> [UInt8] { frame(7, bytes(last) + bytes(error)) }
  private static func goAway(_ last: UInt32) -> [UInt8] { goAway(last: last) }
  private static func frame(_ kind: UInt8, _ payload: [UInt8]) -> [UInt8] { frame(kind, 0, stream: 0, payload) }

  /// What becomes of a request to a server that says this in so many pieces, and then closes.
  private func result(_ pieces: [UInt8]..., holds: Bool = false) async throws -> TransferResult? {
    let server = try RawServer { _ in
      // The preface of a client ends with an empty line as a head does.
      [.read, .send(Self.settings)] + pieces.flatMap { [.run { usleep(50_000) }, .send($0)] }
        + [.run { usleep(50_000) }] + (holds ? [.hold] : [])
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.version = .http2
    settings.totalTimeout = .seconds(3)
    return try await perform([ScriptedRequest(server.url())], settings).first
  }

  @Test("a page over HTTP/2 is one")
  func page() async throws {
    let result = try await result(Self.head + Self.content(ends: true))
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test(
    "a stream that ends before its answer is a lost connection, however",
    arguments: [[UInt8]](arrayLiteral: reset(2), reset(8), reset(11), goAway(last: 1), []))
  func lostBeforeTheHead(bytes: [UInt8]) async throws {
    let result = try await result(bytes)
    #expect(result?.failure?.reason == .connection, "\(result?.failure?.message ?? "none")")
    #expect(result?.response == nil)
  }

  @Test("a stream that a server refuses is tried once more over another connection, and is refused then")
  func refused() async throws {
    let result = try await result(Self.reset(7))
    #expect(result?.failure == TransferFailure(.refused, "the HTTP/2 stream was reset (REFUSED_STREAM)"))
    #expect(result?.sends == 2)
    #expect(result?.response == nil)
  }

  @Test("a stream above the last of a GOAWAY is lost")
  func goneAway() async throws {
    let result = try await result(Self.goAway(0))
    #expect(result?.failure?.reason == .connection, "\(result?.failure?.message ?? "none")")
  }

  @Test("of content that is lost, what came is kept", arguments: [reset(2), reset(8), reset(1), []])
  func lostContent(bytes: [UInt8]) async throws {
    let result = try await result(Self.head, Self.content(ends: false), bytes)
    #expect(result?.failure?.reason == .bodyBrokeOff, "\(result?.failure?.message ?? "none")")
    #expect(result?.response?.status == 200)
    #expect(result?.response?.body == Array("hello".utf8))
    #expect(result?.response?.isTruncated == true)
  }

  @Test("what is no HTTP/2 is told as such", arguments: [[UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)])
  func broken(bytes: [UInt8]) async throws {
    let result = try await result(bytes)
    #expect(result?.failure != nil)
    #expect(result?.failure?.message.contains("nghttp2") == false)
  }
}
