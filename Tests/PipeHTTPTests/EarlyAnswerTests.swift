import Glibc
import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, answers over HTTP/2 before all of the content", .timeLimit(.minutes(20)))
struct EarlyAnswerTests {
  private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]
  private static let content = Array("early".utf8)
  private static let reset: [UInt8] = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0]

  /// HEADERS with a status of the static table (RFC 7541, A), and DATA with END_STREAM.
  private static func answer(_ status: UInt8) -> [UInt8] {
    [0, 0, 1, 1, 4, 0, 0, 0, 1, status, 0, 0, UInt8(content.count), 0, 1, 0, 0, 0, 1] + content
  }

  private func result(_ bytes: [UInt8], content: Int) async throws -> TransferResult? {
    let server = try RawServer { _ in
      [.read, .send(Self.settings), .run { usleep(50_000) }, .send(bytes), .hold]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.version = .http2
    settings.totalTimeout = .seconds(5)
    let request = ScriptedRequest(server.url(), method: "POST", body: [UInt8](repeating: 0x61, count: content))
    return try await perform([request], settings).first
  }

  @Test(
    "an answer that comes with the reset of its stream is one (RFC 9113, 8.1)",
    arguments: [(0x88, 200), (0x8C, 400), (0x8D, 404), (0x8E, 500)] as [(UInt8, Int)], [70_000, 200_000, 2_000_000])
  func early(status: (code: UInt8, number: Int), content: Int) async throws {
    let result = try await result(Self.answer(status.code) + Self.reset, content: content)
    #expect(result?.failure == nil, "\(result?.failure?.message ?? "")")
    #expect(result?.response?.status == status.number)
    #expect(result?.response?.body == Self.content)
    #expect(result?.response?.isTruncated == false)
  }

  @Test("a server that is not there is told as ever")
  func refused() async throws {
    let port = try Loopback.refusingPort()
    var settings = TransferSettings.loopback
    settings.version = .http2
    let request = ScriptedRequest(
      "http://127.0.0.1:\(port)/", method: "POST", body: [UInt8](repeating: 0x61, count: 100_000))
    let result = try await perform([request], settings).first
    #expect(result?.failure == TransferFailure(.connect, "127.0.0.1:\(port): Connection refused"))
  }

  @Test("a server that goes away is a lost connection")
  func lost() async throws {
    let server = try RawServer { _ in [.read, .send(Self.settings), .run { usleep(50_000) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.version = .http2
    let request = ScriptedRequest(server.url(), method: "POST", body: [UInt8](repeating: 0x61, count: 100_000))
    let result = try await perform([request], settings).first
    #expect(result?.failure?.reason == .connection, "\(result?.failure?.message ?? "none")")
    #expect(result?.response == nil)
  }
}
