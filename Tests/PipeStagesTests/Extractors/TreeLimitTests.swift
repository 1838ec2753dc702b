import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Extraction, trees and JSON within limits.memory")
struct TreeLimitTests {
  private static func page(_ body: String, type: String) -> Fetched {
    let bytes = Array(body.utf8)
    return Fetched(
      request: Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/"),
      response: HTTPResponse(
        status: 200, version: .http11, fields: HTTPFields(), contentType: type, body: bytes, length: bytes.count))
  }

  private static let cells = "<table>" + String(repeating: "<td>1", count: 20_000)
  private static let items = "<r>" + String(repeating: "<i a='1'/>", count: 20_000) + "</r>"
  private static let zeros = "[" + String(repeating: "0,", count: 80_000) + "0]"
  private static let script = "<script type=application/ld+json>\(zeros)</script>"

  struct Dense: Sendable, CustomTestStringConvertible {
    let field: String
    let body: String
    let type: String
    let expected: Value
    let larger: String
    var testDescription: String { field }
  }

  /// Pages that take more than most of their size.
  static let dense = [
    Dense(
      field: "xpath: count(//td)", body: cells, type: "text/html", expected: .int(20_000), larger: cells + cells),
    Dense(
      field: "xpath: count(//i)", body: items, type: "text/xml", expected: .int(20_000),
      larger: "<r>\(items)\(items)</r>"),
    Dense(
      field: "json: '$[80000]'", body: zeros, type: "application/json", expected: .int(0), larger: "[\(zeros),\(zeros)]"
    ),
    Dense(
      field: "json: {path: '$[80000]', in: json-ld}", body: script, type: "text/html", expected: .int(0),
      larger: script + script),
  ]

  @Test(arguments: dense)
  func `A page that takes more than most is read again, and comes to what it does with all of the room`(
    page: Dense
  ) async throws {
    let extraction = Extraction(try Field(page.field, limits: "memory: 64MiB").plan)
    let room = WorkRoom(capacity: 40 << 20)
    let fetched = Self.page(page.body, type: page.type)
    #expect(extraction.needsRoom(fetched))
    let extracted = try await extraction.extract(fetched, mediaTypes: MediaTypeMemory(), in: room)
    #expect(extracted.record.values == [page.expected, .null])
    #expect(extraction.extract(fetched).record.values == [page.expected, .null])
    #expect(room.used == 0)
  }

  @Test(arguments: dense)
  func `A page that takes more than there is has the error, which names the limit`(
    page: Dense
  ) async throws {
    let plan = try Field(page.field, limits: "memory: 8MiB").plan
    let extraction = Extraction(plan)
    let room = WorkRoom(capacity: plan.bounds.treeBytes)
    let fetched = Self.page(page.larger, type: page.type)
    let values = try await extraction.extract(fetched, mediaTypes: MediaTypeMemory(), in: room).record.values
    guard case .string(let error)? = values.last else {
      Issue.record("no error: \(values)")
      return
    }
    #expect(error.hasPrefix("extract: field: "))
    #expect(error.contains("limits.memory") || error.contains("JSON-LD is too large"), "\(error)")
    #expect(room.used == 0)
  }

  @Test(arguments: [
    ("status", false), ("length", false), ("header: server", false), ("title", true), ("css: p", true),
    ("json: $.a", true), ("regex: a", true), ("body", true),
  ])
  func `Only a plan that looks into pages keeps room for what is made of them`(field: String, expected: Bool) throws {
    let extraction = Extraction(try Field(field).plan)
    #expect(extraction.needsRoom(Self.page("<p>a", type: "text/html")) == expected)
    #expect(!extraction.needsRoom(Self.page("", type: "text/html")))
  }

  @Test(arguments: [8, 16, 32, 256, 1024, 65_536], [1, 2, 7])
  func `What all parts of a graph may hold comes to no more than the limit`(mebibytes: Int, sinks: Int) {
    for needs in [PageNeeds.nothing, .scan(.title), PageNeeds(content: .dom)] {
      for isOrdered in [false, true] {
        let bounds = Bounds(memory: mebibytes << 20, sinks: sinks, isOrdered: isOrdered, needs: needs)
        let layout = PlanLayout(sources: 1, sinks: sinks, bounds: bounds)
        let sum = layout.bytes + (isOrdered ? bounds.orderBytes : 0) + bounds.bodyBytes + bounds.treeBytes
        #expect(sum <= mebibytes << 20)
        #expect(bounds.treeBytes >= (needs == .nothing ? 0 : mebibytes << 20 / 8 * 3))
      }
    }
  }
}
