/// A paged JSON API: 200 items, 20 a page.
enum ItemRoutes {
  static let all: [Route] = [
    Route("/json/items", "a page of items, with the next page's URL in `next`", query: "page=", items),
    Route("/json/item/{id}", "one item", example: "/json/item/1", item),
  ]

  private static let itemsInPage = 20
  private static let pages = 10

  private static func items(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let page = try request.number("page", in: 1...pages, or: 1)
    let first = (page - 1) * itemsInPage + 1
    return .json(
      .object([
        ("page", .number(page)), ("pages", .number(pages)), ("total", .number(pages * itemsInPage)),
        ("items", .array((first..<first + itemsInPage).map(description))),
        ("next", page < pages ? .string("/json/items?page=\(page + 1)") : .null),
      ]))
  }

  private static func item(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .json(description(try request.number(at: 0, in: 1...pages * itemsInPage)))
  }

  private static func description(_ id: Int) -> JSON {
    var random = SmallRandom(seed: UInt64(id))
    let languages = ["en", "de", "el", "ja", "ar"]
    let words = Vocabulary.words(languages[id % languages.count])
    let tags = (0..<random.below(4)).map { _ in JSON.string(words[random.below(words.count)]) }
    return .object([
      ("id", .number(id)), ("name", .string("\(words[random.below(words.count)]) \(id)")),
      ("price", .hundredths(random.below(100_000))), ("tags", .array(tags)),
      ("in_stock", .bool(random.below(3) > 0)), ("url", .string("/json/item/\(id)")),
    ])
  }
}
