import PipeWeb

/// What a URL costs, at the start of a request and for every link of a page.
enum URLParsing {
  static func all() throws -> [MicroBenchmark] {
    let absolute = (0..<1_000).map { "https://shop.example.com/catalogue/item-\($0)/photo.html?size=\($0 % 7)&page=2" }
    let relative = (0..<1_000).map { $0.isMultiple(of: 2) ? "../p/\($0).html?from=\($0)" : "/p/\($0).html#top" }
    let base = try WebURL(parsing: "https://shop.example.com/catalogue/boats/index.html")
    return [
      MicroBenchmark(name: "url.absolute", title: "an absolute URL parsed", unit: "URL", operations: absolute.count) {
        try absolute.reduce(0) { try $0 + WebURL(parsing: $1).href.utf8.count }
      },
      MicroBenchmark(
        name: "url.relative", title: "a relative URL parsed against a base", unit: "URL", operations: relative.count
      ) {
        try relative.reduce(0) { try $0 + WebURL(parsing: $1, base: base).href.utf8.count }
      },
    ]
  }
}
