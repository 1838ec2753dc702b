internal import PipeEngine
internal import PipeSpec
internal import PipeStages
internal import PipeWeb

extension FuzzTarget {
  /// A URL on the first line, and one relative to it.
  static let url = FuzzTarget(name: "url", summary: "a URL, and one that is relative to it") { input in
    let input = TwoParts(input)
    let base = WebURL(input.line)
    for url in [base, WebURL(input.text, base: base)].compactMap(\.self) {
      require(WebURL(url.href)?.href == url.href, "a URL that is written reads as the same")
      let parts = url.scheme + url.username + url.password + url.host + url.pathname + url.search + url.hash
      require(parts.utf8.count <= url.href.utf8.count, "the parts are parts of the URL")
      _ = url.hrefWithoutUserinfo + url.hrefWithoutFragment
      if url.isHTTP { judge(url, base) }
    }
  }

  /// As a crawl judges a URL by itself.
  private static func judge(_ url: WebURL, _ source: WebURL?) {
    let identity = URLIdentity()
    let normal = identity.text(of: url)
    require(WebURL(normal).map { identity.text(of: $0) } == normal, "what is compared is compared as itself")
    let folded = URLIdentity(stripQuery: ["utm_*", "a"], sortQuery: true).text(of: url)
    require(folded.utf8.count <= normal.utf8.count, "leaving parameters out makes nothing longer")
    _ = TrapBounds.reason(toDrop: url)?.description
    if let glob = try? URLGlob(url.hrefWithoutUserinfo.replacing("#", with: "*")) {
      _ = glob.matches(PatternSubject(url))
    }
    for kind in CrawlScope.Kind.allCases {
      var scope = CrawlScope(kind)
      if let source { scope.add(source) }
      scope.add(url)
      require(kind == .page || scope.contains(url), "a source is in its own scope")
    }
  }

  static let fields = FuzzTarget(name: "fields", summary: "dates, numbers, media types, cookies, addresses") { input in
    let text = String(decoding: input, as: UTF8.self)
    if let date = try? Timestamp(written: text) {
      require((try? Timestamp(written: date.description)) == date, "a date that is written reads as the same")
    }
    if let type = MediaType(header: text) {
      require(MediaType(type.description) == type, "a media type that is written reads as the same")
    }
    if let address = IPAddress(text) {
      require(IPAddress("\(address)") == address, "an address that is written reads as the same")
    }
    _ = AddressBlock(text)
    _ = DeclaredRefresh(text)
    let robots = HTTPFields([
      HTTPFields.Field(name: "X-Robots-Tag", value: text), HTTPFields.Field(name: "Link", value: text),
    ])
    _ = RobotsDirectives(robots, for: ProductToken("pipe"))
    require(LinkField.all(in: robots).count <= LinkField.limit, "the links of fields are bounded")
    if let url = WebURL("http://www.example.com/folder/") {
      var jar = CookieJar()
      jar.store(text.utf8.split(separator: UInt8(ascii: "\n")).map(Array.init), from: url, now: 0)
      if let field = jar.field(for: url, now: 1) {
        require(HTTPFields.isValue(HTTPFields.text(field)), "cookies make a field")
      }
    }
    for type in FieldType.Element.allCases {
      for decimal in [nil, DecimalSign.point, .comma] {
        _ = try? Conversion(trims: true, type: type, decimal: decimal).convert(.string(text), base: nil)
      }
    }
  }

  /// The media type is on the first line.
  static let extract = FuzzTarget(name: "extract", summary: "a whole response, with every extractor") { input in
    guard let extraction else { return require(false, "the spec is sound") }
    let input = TwoParts(input)
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/folder/page")
    let response = HTTPResponse(
      status: 200, version: .http11, contentType: input.line, body: input.rest, length: input.rest.count)
    let record = extraction.extract(Fetched(request: request, response: response)).record
    var row: [UInt8] = []
    for value in record.values { value.appendJSON(to: &row) }
    require(String(validating: row, as: UTF8.self) != nil, "a record is text")
  }

  private static let extraction: Extraction? = {
    let spec = """
      version: 1
      sources: [urls: [https://example.com/]]
      extract:
        title: title
        language: language
        description: description
        canonical: canonical
        h1: h1
        links: links
        charset: charset
        text: text
        length: {length: characters}
        hash: hash
        similar: {hash: simhash}
        meta: {meta: {name: og:title, all: true}}
        css: {css: {selector: "a[href], li:nth-child(2n), p:has(b)", all: true}}
        price: {css: {selector: .price, as: number, decimal: ","}}
        xpath: {xpath: {expression: "//*[@id]/@*", all: true, as: url}}
        count: {xpath: "count(//*)"}
        json: {json: {path: "$..*", all: true}}
        linked: {json: {path: "$..name", in: json-ld, as: date}}
        regex: {regex: {expression: '/([a-z]+)=(\\w+)/i', all: true, pattern: '/./'}}
        error: error
      sinks: [jsonl: "-"]
      """
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: spec), catalogue: .standard, folder: SourceFolder("."),
      variables: Variables(), processors: 1)
    return pipeline.plan.map { Extraction($0) }
  }()
}
