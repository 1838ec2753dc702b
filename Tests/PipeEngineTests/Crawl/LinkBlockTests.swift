import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Link block")
struct LinkBlockTests {
  @Test("links come back as they were", arguments: 0..<20)
  func roundTrip(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let greatest = [10, 1 << 16, 1 << 32, Int(Int32.max) << 20][Int(seed % 4)]
    let links = (0..<Int.random(in: 0...50, using: &random)).map { _ in
      (number: Int.random(in: 0...greatest, using: &random), isNofollow: random.oneIn(2))
    }
    let decoded = LinkBlock.decode(LinkBlock.encode(links))
    #expect(decoded.map(\.number) == links.map(\.number))
    #expect(decoded.map(\.isNofollow) == links.map(\.isNofollow))
  }

  @Test("bytes that are no links do no harm")
  func otherBytes() {
    var random = RepeatableRandom(seed: 7)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(LinkBlock.decode(bytes).count <= bytes.count)
    }
  }

  @Test("what a page says of its links comes back as it was, behind the numbers")
  func details() {
    let links = [(number: 3, isNofollow: true), (number: 1 << 33, isNofollow: false)]
    let details = [
      LinkDetails(
        url: "http://a.example/#x", element: "area", text: "ä", rel: nil, landmark: .main, line: 1 << 31, column: 7),
      LinkDetails(url: "http://[", fault: "no end", element: "header", text: nil, rel: ""),
    ]
    let bytes = LinkBlock.encode(links, details: details)
    #expect(LinkBlock.links(in: bytes).map(\.number) == links.map(\.number))
    let back = LinkBlock.details(in: bytes)
    #expect(back.map(\.number) == links.map(\.number))
    #expect(back.map(\.isNofollow) == links.map(\.isNofollow))
    #expect(back.map(\.details) == details)
    for count in bytes.indices { #expect(LinkBlock.details(in: Array(bytes[..<count])).count <= 2) }
  }

  @Test("what came of a page comes back as it was", arguments: [nil, 0, 200, 999] as [Int?])
  func outcome(status: Int?) {
    for error in [nil, "timeout: no answer within 10s"] {
      let outcome = PageOutcome(status: status, error: error, deadEnd: nil, isWithoutConnection: error != nil)
      #expect(PageOutcome(outcome.encoded()) == outcome)
    }
    #expect(PageOutcome([]) == nil)
  }
}
