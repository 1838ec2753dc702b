import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("Transfer, names without an address", .timeLimit(.minutes(20)))
struct NameCheckTests {
  private func failure(_ answer: NameResolver.Answer) async throws -> TransferFailure? {
    var settings = TransferSettings.loopback
    settings.lookup = { _ in answer }
    return try await perform([ScriptedRequest("http://no-such-host.invalid:81/")], settings).first?.failure
  }

  @Test("a name that does not exist is told from a name server that fails")
  func answers() async throws {
    #expect(try await failure(.nothing) == TransferFailure(.dns, "no-such-host.invalid:81 has no address"))
    let failed = TransferFailure(
      .lookup, "the lookup of no-such-host.invalid failed: the name server is silent or says that it failed")
    #expect(try await failure(.failed) == failed)
    // It was not found a moment ago.
    #expect(try await failure(.addresses([.v4(0x7F00_0001)])) == failed)
  }

  @Test("a check that takes too long is an answer as well")
  func silence() async throws {
    let gate = Gate()
    var settings = TransferSettings.loopback
    settings.connectTimeout = .seconds(5)
    settings.lookup = { _ in
      gate.wait()
      return .nothing
    }
    let results = try await perform(
      (0..<3).map { ScriptedRequest("http://no-such-host.invalid/\($0)", index: $0) }, settings)
    #expect(results.map { $0.failure?.reason } == [.lookup, .lookup, .lookup])
    gate.open()
  }

  @Test("many names without an address come to an end side by side")
  func many() async throws {
    var settings = TransferSettings.loopback
    settings.connectTimeout = .seconds(60)
    settings.totalTimeout = .seconds(60)
    settings.lookup = { $0.hasPrefix("a") ? .failed : .nothing }
    let requests = (0..<8).map {
      ScriptedRequest("http://\($0 % 2 == 0 ? "a" : "b")\($0).invalid/", index: $0)
    }
    let results = try await perform(requests, settings)
    #expect(results.map { $0.failure?.reason } == (0..<8).map { $0 % 2 == 0 ? .lookup : .dns })
  }
}
