import PipeEngine
import PipeSpec
import Testing

@testable import PipeStages

@Suite("RangeSource")
struct RangeSourceTests {
  private func source(_ options: String) throws -> any Source {
    let pipeline = Pipeline(spec: "sources: [range: {url: 'http://h.example/{n}', \(options)}]")
    #expect(pipeline.brief == [])
    return try #require(pipeline.plan?.sources.first?.source)
  }

  @Test(
    "numbers go from one to the other, both included",
    arguments: [
      ("to: 3", ["1", "2", "3"]), ("from: 0, to: 0", ["0"]), ("from: 2, to: 9, step: 3", ["2", "5", "8"]),
      ("from: 3, to: 1, step: -1", ["3", "2", "1"]), ("from: 1, to: -5, step: -3", ["1", "-2", "-5"]),
      ("from: 8, to: 11, pad: 3", ["008", "009", "010", "011"]), ("from: -1, to: 1, pad: 2", ["-01", "00", "01"]),
      ("from: 999, to: 1000, pad: 2", ["999", "1000"]), ("from: 5, to: 5, step: -7", ["5"]),
    ])
  func numbers(options: String, texts: [String]) async throws {
    let source = try source(options)
    #expect(try await source.requests().map(\.written) == texts.map { "http://h.example/\($0)" })
    #expect(source.count(in: SourceFolder("")) == .exactly(texts.count))
  }

  @Test("each {n} is the number's place")
  func place() async throws {
    let pipeline = Pipeline(spec: "sources: [range: {url: 'http://h.example/{n}?q={n}', to: 1}]")
    let source = try #require(pipeline.plan?.sources.first?.source)
    #expect(try await source.requests().map(\.written) == ["http://h.example/1?q=1"])
  }

  @Test("a billion numbers are counted without being made")
  func largeCount() throws {
    let source = try source("from: -1000000000000, to: 1000000000000")
    #expect(source.count(in: SourceFolder("")) == .exactly(2_000_000_000_001))
  }
}
