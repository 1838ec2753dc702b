import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("Transfer, codings that are accepted")
struct RequestFieldsTests {
  private static func accepted(common: [(String, String)], own: [(String, String)]) -> [String] {
    func fields(_ pairs: [(String, String)]) -> [HTTPFields.Field] {
      pairs.map { HTTPFields.Field(name: $0.0, value: $0.1) }
    }
    var settings = TransferSettings.loopback
    settings.headers = fields(common)
    let request = ScriptedRequest("http://h/", headers: fields(own))
    let sent = own.isEmpty ? settings.fields : request.fields(with: settings.fields)
    return sent.filter { $0.name.lowercased() == "accept-encoding" }.map(\.value)
  }

  private static let ours = ContentCoding.accepted.value

  @Test("whole content is asked for in any coding")
  func whole() {
    #expect(Self.accepted(common: [], own: []) == [Self.ours])
    #expect(Self.accepted(common: [("X", "1")], own: [("Y", "2")]) == [Self.ours])
    #expect(Self.accepted(common: [("If-Range", "\"a\"")], own: []) == [Self.ours])
  }

  @Test(
    "a part is asked for as it is, wherever the range stands",
    arguments: ["Range", "range", "RANGE"])
  func range(name: String) {
    let part = (name, "bytes=0-9")
    #expect(Self.accepted(common: [part], own: []) == ["identity"])
    #expect(Self.accepted(common: [], own: [part]) == ["identity"])
    #expect(Self.accepted(common: [part], own: [("X", "1")]) == ["identity"])
    #expect(Self.accepted(common: [part], own: [part]) == ["identity"])
    #expect(Self.accepted(common: [], own: [part, ("If-Range", "\"a\"")]) == ["identity"])
  }

  @Test("what the spec or the row says of codings is said")
  func chosen() {
    let (part, choice) = (("Range", "bytes=0-9"), ("Accept-Encoding", "gzip"))
    #expect(Self.accepted(common: [choice], own: []) == ["gzip"])
    #expect(Self.accepted(common: [part, choice], own: []) == ["gzip"])
    #expect(Self.accepted(common: [], own: [part, choice]) == ["gzip"])
    #expect(Self.accepted(common: [choice], own: [part]) == ["gzip"])
    #expect(Self.accepted(common: [part], own: [("accept-encoding", "br")]) == ["br"])
  }
}
