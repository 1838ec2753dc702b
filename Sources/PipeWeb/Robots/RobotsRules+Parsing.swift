extension RobotsRules {
  /// Reads a file. It never fails: lines that make no sense are passed over (RFC 9309, 2.2.4).
  ///
  /// - Parameters:
  ///   - bytes: The file, whatever they are; those behind `sizeLimit` are ignored.
  ///   - isCut: Whether the file went on behind `bytes`; a line that was cut off is not a rule.
  ///   - token: For whom it is read; without a token it is read for one of whom it says nothing.
  ///   - url: Where the file is; relative URLs of sitemaps are relative to it.
  package init(parsing bytes: Span<UInt8>, isCut: Bool = false, for token: ProductToken?, at url: WebURL? = nil) {
    var reading = RobotsReading(token: token, url: url)
    var end = min(bytes.count, Self.sizeLimit)
    let isCut = isCut || end < bytes.count
    if isCut, end == bytes.count || !RobotsLines.isLineEnd(bytes[end]) {
      while end > 0, !RobotsLines.isLineEnd(bytes[end - 1]) { end -= 1 }
    }
    RobotsLines.forEach(in: bytes.extracting(0..<end)) { key, value, number in
      reading.take(key, value, line: UInt32(number))
    }
    self.init(reading.isNamed ? reading.named : reading.others, reading, isCut: isCut)
  }

  private init(_ group: RobotsReading.Group, _ reading: RobotsReading, isCut: Bool) {
    rules = group.rules.sorted { left, right in
      if left.octets != right.octets { return left.octets > right.octets }
      return left.isAllow == right.isAllow ? left.line < right.line : left.isAllow
    }
    patterns = group.patterns
    crawlDelay = group.delay
    sitemaps = reading.sitemaps
    isNamed = reading.isNamed
    self.isCut = isCut
  }
}

/// What is known of a file while it is read.
private struct RobotsReading {
  struct Group {
    var rules: [RobotsRules.Rule] = []
    var patterns: [UInt8] = []
    var delay: RobotsRules.CrawlDelay?

    mutating func take(_ path: Span<UInt8>, line: UInt32, isAllow: Bool) {
      let start = patterns.count
      let isTied = RobotsPath.append(rule: path, to: &patterns)
      let octets = UInt32(patterns.count - start) + (isTied ? 1 : 0)
      cutWildcards(from: start, isTied: isTied)
      rules.append(
        RobotsRules.Rule(
          start: UInt32(start), count: UInt32(patterns.count - start), octets: octets, line: line, isAllow: isAllow,
          isTied: isTied))
    }

    /// Several wildcards are as good as one, and one at the end of a path that is not tied as good as none.
    private mutating func cutWildcards(from start: Int, isTied: Bool) {
      var kept = start
      for index in start..<patterns.count {
        let byte = patterns[index]
        if byte == WildcardSearch.wildcard, kept > start, patterns[kept - 1] == byte { continue }
        patterns[kept] = byte
        kept += 1
      }
      if !isTied, kept > start, patterns[kept - 1] == WildcardSearch.wildcard { kept -= 1 }
      patterns.removeLast(patterns.count - kept)
    }

    mutating func take(_ delay: RobotsRules.CrawlDelay) {
      if self.delay.map({ $0.duration < delay.duration }) ?? true { self.delay = delay }
    }
  }

  let token: ProductToken?
  let url: WebURL?
  /// All groups that name the token, and all for everybody.
  var named = Group()
  var others = Group()
  var isNamed = false
  var sitemaps: [RobotsRules.Sitemap] = []

  /// Whether the group that is being read is for the token, and for everybody.
  private var isForToken = false
  private var isForAll = false
  /// Whether the group has a rule, so that the next user-agent line begins another (RFC 9309, 2.1). Lines that are no
  /// rules do not end the user-agent lines of a group (2.2.4).
  private var hasRule = false
  /// Whom a delay is for: the user-agent lines since the last delay, or the whole group's if there was none. It is no rule
  /// and does not part groups, and yet `*` is not to wait for as long as the agent that is named behind it.
  private var delaysToken = false
  private var delaysAll = false
  private var hasDelay = false

  init(token: ProductToken?, url: WebURL?) {
    self.token = token
    self.url = url
  }

  mutating func take(_ key: RobotsLines.Key, _ value: Span<UInt8>, line: UInt32) {
    switch key {
    case .userAgent: takeAgent(value)
    case .allow, .disallow:
      hasRule = true
      // An empty path matches nothing (RFC 9309, 2.2.2).
      guard !value.isEmpty else { return }
      if isForToken { named.take(value, line: line, isAllow: key == .allow) }
      if isForAll, !isNamed { others.take(value, line: line, isAllow: key == .allow) }
    case .crawlDelay:
      hasDelay = true
      guard let duration = Self.delay(value) else { return }
      let delay = RobotsRules.CrawlDelay(duration: duration, line: Int(line))
      if delaysToken { named.take(delay) }
      if delaysAll { others.take(delay) }
    case .sitemap:
      guard sitemaps.count < RobotsRules.sitemapLimit, let url = try? WebURL(parsing: value, base: url), url.isHTTP
      else { return }
      sitemaps.append(RobotsRules.Sitemap(url: url, line: Int(line)))
    }
  }

  private mutating func takeAgent(_ value: Span<UInt8>) {
    if hasRule { (isForToken, isForAll) = (false, false) }
    if hasRule || hasDelay { (delaysToken, delaysAll) = (false, false) }
    (hasRule, hasDelay) = (false, false)
    if value.first == UInt8(ascii: "*"), value.count == 1 || RobotsLines.isSpace(value[1]) {
      (isForAll, delaysAll) = (true, true)
    }
    if let token, token.isNamed(at: 0, in: value) { (isForToken, delaysToken, isNamed) = (true, true, true) }
  }

  /// A number of seconds, with a fraction or without; as many as a year has stand for all that are more.
  private static func delay(_ text: Span<UInt8>) -> Duration? {
    var milliseconds = 0
    /// What the next digit is worth; 0 before the point.
    var worth = 0
    var hasDigit = false
    var hasPoint = false
    for index in text.indices {
      let byte = text[index]
      if byte == UInt8(ascii: "."), !hasPoint {
        (hasPoint, worth) = (true, 100)
      } else if ASCII.isDigit(byte) {
        hasDigit = true
        let digit = Int(byte - UInt8(ascii: "0"))
        milliseconds = min(hasPoint ? milliseconds + digit * worth : milliseconds * 10 + digit * 1000, longestDelay)
        worth /= 10
      } else {
        return nil
      }
    }
    return hasDigit ? .milliseconds(milliseconds) : nil
  }

  private static let longestDelay = 365 * 86_400 * 1000
}
