@testable import PipeWeb

// Cookies as text, since most are.
extension SetCookie {
  init?(_ field: String) { self.init(Array(field.utf8)) }
}

extension CookieJar {
  mutating func store(_ fields: some Sequence<String>, from url: WebURL, now: Int) {
    store(fields.map { Array($0.utf8) }, from: url, now: now)
  }

  mutating func sent(to url: WebURL, now: Int) -> String? {
    field(for: url, now: now).map { String(decoding: $0, as: UTF8.self) }
  }
}
