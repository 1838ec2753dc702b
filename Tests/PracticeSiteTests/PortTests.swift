import Glibc
import PracticeSite
import Testing

@Suite("Ports that go wrong")
struct PortTests {
  private func port(_ name: String, of site: PracticeServer) throws -> Int {
    try #require(site.doorPorts[name])
  }

  @Test("The site tells where they are")
  func list() async throws {
    try await withSite { site in
      let ports = [("refused", site.refusedPort), ("black_hole", site.blackHolePort)]
      let doors = try ["silent", "closes", "resets", "early"].map { ($0, try port($0, of: site)) }
      let members = (ports + doors).map { "\"\($0.0)\":\"http://127.0.0.1:\($0.1)/\"" }
      #expect(try site.get("/ports").text == "{" + members.joined(separator: ",") + "}\n")
    }
  }

  @Test("The refused port refuses while the site runs")
  func refused() async throws {
    try await withSite { site in
      let failure = #expect(throws: RawConnection.Failure.self) { _ = try RawConnection(port: site.refusedPort) }
      #expect(failure?.code == ECONNREFUSED)
    }
  }

  @Test("A connection to the black hole neither stands nor fails")
  func blackHole() async throws {
    try await withSite { site in
      let failure = #expect(throws: RawConnection.Failure.self) {
        // What the system says when SO_SNDTIMEO ends a connect (socket(7)).
        _ = try RawConnection(port: site.blackHolePort, connectingWithin: 100_000)
      }
      #expect(failure?.code == EINPROGRESS)
    }
  }

  @Test("The silent port takes a request and says nothing")
  func silent() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: try port("silent", of: site), readingWithin: 100_000)
      try connection.request("/")
      let failure = #expect(throws: RawConnection.Failure.self) { try connection.readToEnd() }
      #expect(failure?.code == EAGAIN)
      #expect(try site.get("/stats").text.contains("\"doors\":{\"silent\":1,\"closes\":0,"))
    }
  }

  @Test(
    "One port closes every connection, another resets it", arguments: [("closes", CInt(0)), ("resets", ECONNRESET)])
  func ends(name: String, code: CInt) async throws {
    try await withSite { site in
      var found: CInt = 0
      do {
        var connection = try RawConnection(port: try port(name, of: site))
        #expect(try connection.readToEnd().isEmpty)
      } catch let failure as RawConnection.Failure {
        found = failure.code
      }
      #expect(found == code)
    }
  }

  @Test("The early port answers before it was asked, and takes what is asked later")
  func early() async throws {
    try await withSite { site in
      var connection = try RawConnection(port: try port("early", of: site))
      #expect(try connection.readAnswer().text.contains("<title>An early answer</title>"))
      try connection.request("/")
      #expect(try connection.readToEnd().isEmpty)
    }
  }
}
