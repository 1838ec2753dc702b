/// A small shop: 200 items, 20 a page, as a paged JSON API and as HTML.
enum ItemRoutes {
  static let all: [Route] = [
    Route("/json/items", "a page of items, with the next page's URL in `next`", query: "page=", items),
    Route(
      "/json/listing", "the same items, with a token in `next_cursor` that is the parameter of the next page",
      query: "size=&cursor=", listing),
    Route("/json/item/{id}", "one item", example: "/json/item/1", item),
  ]

  static let shop: [Route] = [
    Route(
      "/shop", "the same items in HTML, 20 a page, each with a link to its own page; other prices each day",
      query: "page=&day=", shopPage),
    Route("/shop/{id}", "the page of one item", example: "/shop/1", shopItem),
  ]

  private static let itemsInPage = 20
  private static let pages = 10

  private static func items(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let page = try number(of: request)
    return .json(
      .object([
        ("page", .number(page)), ("pages", .number(pages)), ("total", .number(pages * itemsInPage)),
        ("items", .array(shopItems(on: page).map(\.json))),
        ("next", page < pages ? .string("/json/items?page=\(page + 1)") : .null),
      ]))
  }

  /// A token says what it is of, and has what a URL must not have as it is.
  private static func listing(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let size = try request.number("size", in: 1...100, or: 50)
    let cursor = request.parameter("cursor") ?? ""
    let first = cursor.isEmpty ? 1 : cursor.split(separator: "=", maxSplits: 1).last.flatMap { Int($0) } ?? 0
    guard first > 0, cursor.isEmpty || cursor == "next & more=\(first)" else {
      throw Refusal("not a cursor: \(cursor)")
    }
    let last = min(first + size - 1, pages * itemsInPage)
    return .json(
      .object([
        ("items", .array((first..<max(first, last + 1)).map { ShopItem($0).json })),
        ("next_cursor", last < pages * itemsInPage ? .string("next & more=\(last + 1)") : .null),
      ]))
  }

  private static func item(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .json(ShopItem(try request.number(at: 0, in: 1...pages * itemsInPage)).json)
  }

  private static func shopPage(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let page = try number(of: request)
    let day = try request.number("day", in: 1...1000, or: 1)
    var body = "<ul class=\"products\">\n"
    for item in shopItems(on: page, day: day) {
      body += """
        <li class="product" data-id="\(item.id)">
        <h2><a href="/shop/\(item.id)">\(HTMLText.escape(item.name))</a></h2>
        <span class="price">\(item.price) EUR</span>
        <span class="stock">\(item.isInStock ? "in stock" : "sold out")</span>
        \(item.tagList)
        </li>

        """
    }
    body += "</ul>\n"
    if page < pages {
      let next = "/shop?page=\(page + 1)" + (day > 1 ? "&amp;day=\(day)" : "")
      body += "<p><a class=\"next\" href=\"\(next)\">more</a></p>\n"
    }
    return .page(title: "Shop, page \(page)", body: body)
  }

  private static func shopItem(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let item = ShopItem(try request.number(at: 0, in: 1...pages * itemsInPage))
    return .page(
      title: item.name,
      body: """
        <p class="price">\(item.price) EUR</p>
        <p class="stock">\(item.isInStock ? "in stock" : "sold out")</p>
        \(item.tagList)
        <p><a href="/shop?page=\((item.id - 1) / itemsInPage + 1)">back to the list</a></p>
        """)
  }

  private static func number(of request: SiteRequest) throws(Refusal) -> Int {
    try request.number("page", in: 1...pages, or: 1)
  }

  private static func shopItems(on page: Int, day: Int = 1) -> [ShopItem] {
    let first = (page - 1) * itemsInPage + 1
    return (first..<first + itemsInPage).map { ShopItem($0, day: day) }
  }
}

/// An item of the shop; all of it follows from its number and the day.
private struct ShopItem {
  let id: Int
  let name: String
  /// Hundredths.
  let sum: Int
  let tags: [String]
  let isInStock: Bool

  init(_ id: Int, day: Int = 1) {
    var random = SmallRandom(seed: UInt64(id))
    let languages = ["en", "de", "el", "ja", "ar"]
    let words = Vocabulary.words(languages[id % languages.count])
    self.id = id
    tags = (0..<random.below(4)).map { _ in words[random.below(words.count)] }
    name = "\(words[random.below(words.count)]) \(id)"
    let usual = random.below(100_000)
    // Five items a day cost less.
    sum = day > 1 && (id + day) % 40 == 0 ? usual - usual / 10 : usual
    isInStock = random.below(3) > 0
  }

  /// `12.30`
  var price: String { "\(sum / 100).\(sum % 100 / 10)\(sum % 10)" }

  var tagList: String {
    "<ul class=\"tags\">\(tags.map { "<li>\(HTMLText.escape($0))</li>" }.joined())</ul>"
  }

  var json: JSON {
    .object([
      ("id", .number(id)), ("name", .string(name)), ("price", .hundredths(sum)),
      ("tags", .array(tags.map { .string($0) })), ("in_stock", .bool(isInStock)), ("url", .string("/json/item/\(id)")),
    ])
  }
}
