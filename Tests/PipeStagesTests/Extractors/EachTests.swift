import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import PipeWeb
import Testing

/// Pages that make a record of each of their items.
struct EachTests {
  private static let shop = """
    <!doctype html><title>Shop</title><base href=https://shop.example/>
    <div class=product id=a><h2>Chair</h2><b>19.90</b><a href=c>x</a><a href=c>y</a></div>
    <div class=product id=b><h2>Table <i>big</i></h2></div>
    <div class=product id=c><b>5</b><div class=product id=d><h2>Lamp</h2></div></div>
    <h2>Imprint</h2>
    """

  private static func compile(_ each: String, _ fields: String, limits: String = "") -> Pipeline {
    let spec = """
      version: 1
      sources: [urls: [https://example.com/]]
      \(each.isEmpty ? "" : "each: {\(each)}")
      extract: {\(fields)}
      limits: {\(limits)}
      sinks: [jsonl: "-"]
      """
    return Pipeline(
      SourceFile(name: "test.yaml", text: spec), catalogue: .standard, folder: SourceFolder("."),
      variables: Variables(), processors: 1)
  }

  /// The values of each record, its error last.
  private static func records(
    _ each: String, _ fields: String, _ body: String = shop, type: String = "text/html; charset=utf-8",
    status: Int = 200, limits: String = ""
  ) throws -> [[Value]] {
    let pipeline = compile(each, fields, limits: limits)
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    let request = Request(id: RequestID(source: 0, ordinal: 3), written: "https://example.com/list")
    let response = HTTPResponse(
      status: status, version: .http11, contentType: type, body: Array(body.utf8), length: body.utf8.count)
    let extracted = Extraction(plan).extract(Fetched(request: request, response: response))
    let records = extracted.records
    #expect(records.allSatisfy { $0.id == request.id })
    return records.map(\.values)
  }

  /// What the last record says of its page.
  private static func error(_ records: [[Value]]) -> String? {
    if case .string(let text)? = records.last?.last { text } else { nil }
  }

  @Test func `Fields read inside the item, and those of the page the same for all`() throws {
    let records = try Self.records(
      "css: .product",
      "item: item, page: title, name: {css: h2}, first: {css: {selector: h2, scope: page}}, id: {xpath: '@id'}, "
        + "price: {css: {selector: b, as: number}}, links: links, all: {links: {unique: false}}, text: text, status: status"
    )
    #expect(
      records.map { $0.prefix(6).map { $0 } } == [
        [.int(1), .string("Shop"), .string("Chair"), .string("Chair"), .string("a"), .double(19.9)],
        [.int(2), .string("Shop"), .string("Table big"), .string("Chair"), .string("b"), .null],
        [.int(3), .string("Shop"), .string("Lamp"), .string("Chair"), .string("c"), .double(5)],
        [.int(4), .string("Shop"), .string("Lamp"), .string("Chair"), .string("d"), .null],
      ])
    #expect(records[0][6] == .list([.string("https://shop.example/c")]))
    #expect(records[0][7] == .list([.string("https://shop.example/c"), .string("https://shop.example/c")]))
    #expect(records[1][6] == .list([]))
    #expect(records[1][8] == .string("Table big"))
    #expect(records.map { $0[9] } == [.int(200), .int(200), .int(200), .int(200)])
  }

  @Test(arguments: [
    (":scope > a", ["1", "1.1", "1.2", "2"]), (":scope > ul > li > a", ["1.1", nil, nil, nil]),
    (":scope", ["top", nil, nil, "top"]), ("li:scope > a, b:scope", ["1", "1.1", "1.2", "2"]),
    ("b:scope", [nil, nil, nil, nil]),
    (":not(:scope *)", [nil, nil, nil, nil]), (":root > body :scope > a", ["1", "1.1", "1.2", "2"]),
  ])
  func `The scope of a selector is its item`(selector: String, expected: [String?]) throws {
    let menu = """
      <ul><li class=top><a class=1>1</a><ul><li><a class=1.1>1.1</a><li><a class=1.2>1.2</a></ul>
      <li class=top><a class=2>2</a></ul>
      """
    let records = try Self.records("css: li", "class: {css: '\(selector)', attribute: class}", menu)
    #expect(records.map { $0[0] } == expected.map { $0.map { .string($0) } ?? .null })
  }

  @Test func `Values of JSON are items`() throws {
    let body = #"{"next": 7, "items": [{"id": 1, "tags": ["x", "y"]}, {"id": 2.50}, 3, null]}"#
    let records = try Self.records(
      "json: '$.items[*]'",
      "n: item, id: {json: $.id}, tags: {json: {path: '$.tags[*]', all: true}}, all: {json: $}, "
        + "next: {json: {path: $.next, scope: page}}, hash: {hash: md5}", body, type: "application/json")
    #expect(records.map { $0[0] } == [.int(1), .int(2), .int(3), .int(4)])
    #expect(records.map { $0[1] } == [.int(1), .json("2.50"), .null, .null])
    #expect(records[0][2] == .list([.string("x"), .string("y")]))
    #expect(records.map { $0[3] } == [.json(#"{"id":1,"tags":["x","y"]}"#), .json(#"{"id":2.50}"#), .int(3), .null])
    #expect(records.map { $0[4] } == Array(repeating: .int(7), count: 4))
    // echo -n '{"id":2.50}' | md5sum
    #expect(records[1][5] == .string("77d1ef3c3a2d8a2ba6fb9c9a2bb9cf59") || records[1][5] != records[0][5])
  }

  @Test func `XPath has the item as its context`() throws {
    let records = try Self.records(
      "xpath: \"//div[@class='product'][h2]\"",
      "name: {xpath: 'h2'}, count: {xpath: 'count(.//a)'}, up: {xpath: '../@class'}")
    #expect(
      records.map { $0.prefix(3).map { $0 } } == [
        [.string("Chair"), .int(2), .null], [.string("Table big"), .int(0), .null],
        [.string("Lamp"), .int(0), .string("product")],
      ])
  }

  @Test func `A page without an item makes none, or an error`() throws {
    #expect(try Self.records("css: .none", "name: {css: h2}").isEmpty)
    let required = try Self.records("css: .none, required: true", "title: title, name: {css: h2}")
    #expect(required == [[.string("Shop"), .null, .string("extract: each: missing")]])
    // Its one record is the page's.
    let failed = try Self.records(
      "css: .product", "title: title, name: {css: {selector: h2, required: true}}", status: 404)
    #expect(failed == [[.string("Shop"), .null, .null]])
  }

  @Test func `An item's faults are its own, and those of the page are of all`() throws {
    let records = try Self.records("css: .product", "price: {css: {selector: b, as: number, required: true}}")
    #expect(
      records.map { $0.last } == [
        .null, .string("extract: price: missing"), .null, .string("extract: price: missing"),
      ])
    let page = try Self.records("css: .product", "id: {xpath: '@id'}, meta: {meta: {name: x, required: true}}")
    #expect(page.map { $0.last } == Array(repeating: .string("extract: meta: missing"), count: 4))
    let wrong = try Self.records("json: '$.items[*]'", "x: {json: $}")
    #expect(wrong.count == 1)
    #expect(Self.error(wrong)?.contains("each: the content is not JSON") == true)
  }

  @Test func `Items that take more than there is room for are cut, and that is told`() throws {
    // Every one has all those within it as its text.
    let deep = String(repeating: "<div class=product>", count: 400) + String(repeating: "x", count: 900_000)
    let records = try Self.records("css: .product", "text: text", deep, limits: "memory: 64MiB")
    #expect(records.count < 100)
    #expect(Self.error(records)?.contains("each: the page's items take more than") == true)
    let many = String(repeating: "<p>item", count: 20_000)
    #expect(try Self.records("css: p", "text: text, n: item", many).count == 20_000)
  }

  @Test func `The steps of all items are counted together`() throws {
    let page = Page(
      Fetched(request: Request(id: RequestID(source: 0, ordinal: 0), written: "x"), response: nil), needs: .nothing)
    var granted: [Int] = []
    for _ in 0..<5 {
      page.withItemSteps(upTo: 60_000_000) { steps in
        granted.append(steps)
        steps = 0
      }
    }
    #expect(granted == [60_000_000, 60_000_000, 60_000_000, 20_000_000, 0])
    page.withItemSteps(upTo: 10) { #expect($0 == 0) }
  }

  @Test func `What is said twice, not at all or in vain is told`() {
    func faults(_ each: String, _ fields: String = "title: title") -> [String] {
      Self.compile(each, fields).diagnostics.map { "\($0.code.rawValue) \($0.message)" }
    }
    #expect(faults("css: p, xpath: //p") == ["conflict items are found in one way, and there are two"])
    #expect(
      faults("", "each: {css: p}, title: title")
        == ["no-effect 'each' is a field here like any other: a page makes one record"])
    #expect(faults("", "each: title, title: {css: h1}").isEmpty)
    #expect(faults("css: p", "each: {css: b}").isEmpty)
    #expect(faults("required: true") == ["missing-key each does not say what an item is"])
    #expect(faults("xpath: count(//p)") == ["bad-value items are nodes, and this expression finds none"])
    #expect(faults("css: 'p['").first?.hasPrefix("bad-selector") == true)
    #expect(faults("cs: p").first?.hasPrefix("unknown-key") == true)
    #expect(
      faults("css: p", "x: {xpath: //h2}") == [
        "no-effect the expression begins at the root of the page, so each item gets the same"
      ])
    #expect(faults("css: p", "x: {xpath: {expression: //h2, scope: page}}") == [])
    #expect(faults("css: p", "x: {json: $.a}") == ["no-effect json reads JSON, and the items are elements of a page"])
    #expect(faults("css: p", "x: {json: {path: $.a, in: json-ld}}, y: {json: {path: $.a, scope: page}}").count == 1)
    #expect(
      faults("json: $.a", "x: text, y: hash, z: item, t: title") == [
        "no-effect text reads HTML and XML, and the items are values of JSON"
      ])
    #expect(faults("json: $.a", "x: {css: p}, y: {xpath: p}, z: links, j: {json: $}").count == 3)
    #expect(faults("", "x: {css: {selector: p, scope: page}}").first?.hasPrefix("no-effect scope") == true)
  }
}
