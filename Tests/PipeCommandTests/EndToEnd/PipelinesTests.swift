import FoundationEssentials
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, the pipelines of the project", .timeLimit(.minutes(20)))
struct PipelinesTests {
  @Test("one-url writes its row to standard output, and nothing else")
  func oneURL() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let outcome = try await place.pipe("run", place.pipeline("one-url"), "--set", "site=\(site)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.count == 1)
      #expect(outcome.output.hasSuffix("}\n"))
      let record = try #require(try RecordLine.all(outcome.output).first)
      #expect(record.url == "\(site)/")
      #expect(record.status == 200)
      #expect(record.title?.isEmpty == false)
      #expect(record.error == nil)
    }
  }

  @Test("five-urls writes a row for each of the five pages")
  func fiveURLs() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let outcome = try await place.pipe("run", place.pipeline("five-urls"), "--set", "site=\(site)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let table = try place.table("out/five-urls.csv")
      #expect(table.header == ["url", "status", "title", "length", "error"])
      let rows = try table.rows(by: "url")
      #expect(rows.keys.sorted() == (1...5).map { "\(site)/page/\($0)" })
      for expected in try place.site.expectations().prefix(5) {
        for name in ["status", "title", "length", "error"] {
          #expect(rows[expected.url]?[name] == expected.fields[name])
        }
      }
    }
  }

  @Test("ten-urls-three-at-a-time writes the title of each generated URL")
  func tenURLs() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let outcome = try await place.pipe("run", place.pipeline("ten-urls-three-at-a-time"), "--set", "site=\(site)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try place.table("out/ten-urls.csv").rows(by: "url")
      #expect(rows.count == 10)
      for number in 1...10 {
        let row = rows["\(site)/get?num=\(number)"]
        #expect(row?["title"] == "Number \(number)")
        #expect(row?["status"] == "200")
        #expect(row?["error"] == "")
      }
      #expect(try place.site.peak() <= 3)
    }
  }

  @Test("with concurrency: 3, exactly three of ten slow answers are in flight at once")
  func threeAtATime() async throws {
    try await Workplace.use { place in
      let spec = try place.spec(
        """
        sources: [{range: {url: "SITE/delay/0.2?n={n}", from: 1, to: 10}}]
        fetch: {concurrency: 3, allow_private: [127.0.0.1]}
        extract: [url, status]
        sinks: [{csv: out.csv}]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.table("out.csv").rows.count == 10)
      #expect(try place.site.peak() == 3)
      // Four rounds of 0.2 s.
      #expect(outcome.time >= .milliseconds(800))
    }
  }

  @Test("three-waits takes as long as its longest wait, and its rows come as they complete")
  func threeWaits() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      // A busy machine can make a run longer: the shortest of a few is the pipeline's own.
      var times: [Duration] = []
      repeat {
        let outcome = try await place.pipe("run", place.pipeline("three-waits"), "--set", "site=\(site)")
        try #require(outcome.status == 0, "\(outcome.errors)")
        times.append(outcome.time)
        let table = try place.table("out/three-waits.csv")
        #expect(table.header == ["url", "title", "seconds", "error"])
        #expect(table.rows.map { $0["url"] } == [1, 2, 3].map { "\(site)/delay/\($0)" })
        #expect(table.rows.map { $0["title"] } == [1, 2, 3].map { "Waited \($0) seconds" })
        for (row, seconds) in zip(table.rows, [1.0, 2, 3]) {
          let elapsed = try #require(row["seconds"].flatMap { Double($0) })
          #expect(seconds - 0.1..<seconds + 2 ~= elapsed)
        }
      } while times.count < 8 && times.allSatisfy { $0 >= .milliseconds(3400) }
      #expect(times.allSatisfy { $0 > .milliseconds(2900) })
      #expect(times.contains { $0 < .milliseconds(3400) }, "\(times)")
    }
  }

  @Test("json-api writes status, length and type of each page of the API")
  func jsonAPI() async throws {
    try await Workplace.use { place in
      let api = place.site.baseURL + "/json"
      let outcome = try await place.pipe("run", place.pipeline("json-api"), "--set", "api=\(api)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let text = try place.folder.text("out/json-api.jsonl")
      let records = try RecordLine.all(text).sorted { ($0.url ?? "") < ($1.url ?? "") }
      #expect(records.map(\.url) == (1...4).map { "\(api)/items?page=\($0)" })
      for (number, record) in zip(1..., records) {
        #expect(record.status == 200)
        #expect(record.length == (try place.site.body("/json/items?page=\(number)").count))
        #expect(record.error == nil)
      }
      for line in text.split(separator: "\n") { #expect(line.contains(#""content_type":"application/json"#)) }
    }
  }

  /// An item as the API tells it.
  private struct ShopItem: Decodable, Equatable {
    var id: Int
    var name: String
    var price: Double
    var tags: [String]
    var in_stock: Bool
  }

  private static func shopItems(_ place: borrowing Workplace) throws -> [ShopItem] {
    struct Page: Decodable { let items: [ShopItem] }
    return try (1...10).flatMap { number in
      try JSONDecoder().decode(Page.self, from: Data(place.site.body("/json/items?page=\(number)"))).items
    }
  }

  @Test("products writes a row for each product of the list pages, in their order")
  func products() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let outcome = try await place.pipe("run", place.pipeline("products"), "--set", "shop=\(site)/shop")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("200 records of 10 pages, all ok"), "\(outcome.errors)")
      #expect(outcome.errors.contains("10 read, 10 done (200 records), none lost"), "\(outcome.errors)")
      let rows = try place.table("out/products.csv").rows
      for (place, (row, item)) in zip(rows, try Self.shopItems(place)).enumerated() {
        #expect(row["page"] == "\(site)/shop?page=\(place / 20 + 1)")
        #expect(row["item"] == "\(place % 20 + 1)")
        #expect(row["id"] == "\(item.id)")
        #expect(row["name"] == item.name)
        #expect(row["price"].flatMap { Double($0) } == item.price)
        #expect(row["in_stock"] == "\(item.in_stock)")
        #expect(row["tags"] == item.tags.joined(separator: " | "))
        #expect(row["url"] == "\(site)/shop/\(item.id)")
        #expect(row["error"] == "")
      }
      #expect(rows.count == 200)
    }
  }

  @Test("paging writes a row for each item of the list, page after page")
  func paging() async throws {
    try await Workplace.use { place in
      let api = place.site.baseURL + "/json"
      let outcome = try await place.pipe("run", place.pipeline("paging"), "--set", "api=\(api)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.site.served("/json/items") == 10)
      let table = try place.table("out/paging.csv")
      #expect(table.header == ["page", "item", "id", "name", "price", "error"])
      for (place, (row, item)) in zip(table.rows, try Self.shopItems(place)).enumerated() {
        #expect(row["page"] == "\(api)/items" + (place < 20 ? "" : "?page=\(place / 20 + 1)"))
        #expect(row["item"] == "\(place % 20 + 1)")
        #expect(row["id"] == "\(item.id)")
        #expect(row["name"] == item.name)
        #expect(row["price"].flatMap { Double($0) } == item.price)
        #expect(row["error"] == "")
      }
      #expect(table.rows.count == 200)
    }
  }

  @Test("post-per-row sends a POST for each row of the CSV file, and writes what came back beside its cells")
  func postPerRow() async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe(
        "run", place.pipeline("post-per-row"), "--set", "api=\(place.site.baseURL)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let table = try place.table("out/post-per-row.csv")
      #expect(table.header == ["id", "city", "status", "method", "target", "sent", "error"])
      let cities = [
        "Zürich", "La Chaux-de-Fonds / NE", "St. Gallen, \"Gallusstadt\"", "Rock & Roll=100%?#", "", "Genf",
      ]
      #expect(table.rows.map { $0["id"] } == (1...6).map { "\($0)" })
      #expect(table.rows.map { $0["city"] } == cities)
      #expect(table.rows.allSatisfy { $0["status"] == "200" && $0["method"] == "POST" && $0["error"] == "" })
      #expect(
        table.rows.map { $0["target"] } == [
          "/method?city=Z%C3%BCrich", "/method?city=La%20Chaux-de-Fonds%20%2F%20NE",
          "/method?city=St.%20Gallen%2C%20%22Gallusstadt%22", "/method?city=Rock%20%26%20Roll%3D100%25%3F%23",
          "/method?city=", "/method?city=Genf",
        ])
      #expect(
        table.rows.map { $0["sent"] } == [
          #"{"city":"Zürich","inhabitants":443037,"source":"pipe"}"#,
          #"{"city":"La Chaux-de-Fonds / NE","inhabitants":36915,"source":"pipe"}"#,
          #"{"city":"St. Gallen, \"Gallusstadt\"","inhabitants":78863,"source":"pipe"}"#,
          #"{"city":"Rock & Roll=100%?#","inhabitants":null,"source":"pipe"}"#,
          #"{"city":"","inhabitants":0,"source":"pipe"}"#, #"{"city":"Genf","inhabitants":203840,"source":"pipe"}"#,
        ])
    }
  }

  @Test("list-and-detail writes a row for each product's page, and fetches each page of the list once")
  func listAndDetail() async throws {
    try await Workplace.use { place in
      let shop = place.site.baseURL + "/shop"
      let outcome = try await place.pipe("run", place.pipeline("list-and-detail"), "--set", "shop=\(shop)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.site.served("/shop") == 10)
      #expect(try place.site.served("/shop/{id}") == 200)
      let table = try place.table("out/products.csv")
      #expect(table.header == ["url", "list", "name", "price", "stock", "error"])
      let rows = try table.rows(by: "url")
      #expect(table.rows.count == 200)
      for item in try Self.shopItems(place) {
        let row = try #require(rows["\(shop)/\(item.id)"])
        let page = (item.id - 1) / 20 + 1
        #expect(row["list"] == (page == 1 ? shop : "\(shop)?page=\(page)"))
        #expect(row["name"] == item.name)
        #expect(row["price"].flatMap { Double($0) } == item.price)
        #expect(row["stock"] == (item.in_stock ? "in stock" : "sold out"))
        #expect(row["error"] == "")
      }
    }
  }

  @Test("login writes a row for each page for members, in order, through sessions that end")
  func login() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let outcome = try await place.pipe(
        "run", place.pipeline("login"), "--set", "site=\(site)", "--set", "uses=15",
        environment: ["MEMBER_PASSWORD": "s3cret pass"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let table = try place.table("out/members.csv")
      #expect(table.header == ["url", "status", "name", "joined", "error"])
      for name in table.header {
        let expected = (1...60).map { number in
          [
            "url": "\(site)/members/\(number)", "status": "200", "name": "Member \(number)",
            "joined": "\(1900 + number)",
          ][name]
            ?? ""
        }
        #expect(table.rows.map { $0[name] } == expected)
      }
      #expect(try place.site.served("/login") >= 10)
    }
  }

  @Test("items writes a row for each item of the API that is in stock")
  func items() async throws {
    try await Workplace.use { place in
      let outcome = try await place.pipe(
        "run", place.pipeline("items"), "--set", "api=\(place.site.baseURL)/json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let found = try place.folder.text("out/items.jsonl").split(separator: "\n")
        .map { try JSONDecoder().decode(ShopItem.self, from: Data($0.utf8)) }
      let expected = try Self.shopItems(place).filter(\.in_stock)
      #expect(found.sorted { $0.id < $1.id } == expected)
      #expect(outcome.errors.contains("(200 records; where kept \(expected.count))"), "\(outcome.errors)")
    }
  }
}
