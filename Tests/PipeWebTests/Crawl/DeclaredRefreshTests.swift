import PipeWeb
import Testing

@Suite("Crawl: refreshes")
struct DeclaredRefreshTests {
  @Test(
    "a refresh is read by the steps of WHATWG HTML 4.2.5.3",
    arguments: [
      ("5", 5, nil), ("0; url=a", 0, "a"), ("1;URL=a", 1, "a"), ("1, url = a", 1, "a"), ("1 url=a", 1, "a"),
      ("1 a", 1, "a"),
      ("  3 ;  a b ", 3, "a b "), ("3;url='a'b", 3, "a"), ("3;url=\"a b\"c", 3, "a b"), ("3;url='a", 3, "a"),
      ("3;'a'b", 3, "a"),
      ("3;url 'a'", 3, "url 'a'"), ("3;urla", 3, "urla"), ("3;ura", 3, "ura"), ("3;u", 3, "u"), ("3;url=", 3, ""),
      ("3;url", 3, "url"),
      ("3;", 3, nil), ("3 ,", 3, nil), ("3.1;URL=a", 3, "a"), (".1;URL=a", 0, "a"), ("3.1.4.1 ;a", 3, "a"),
      (".", 0, nil),
      ("99999999999999999999;a", .max, "a"), ("3;;a", 3, ";a"), ("3;url==a", 3, "=a"), ("3;\n\turl=\n/a", 3, "/a"),
      ("3;UrL=a", 3, "a"),
      ("007;a", 7, "a"),
    ] as [(String, Int, String?)])
  func refreshes(content: String, seconds: Int, reference: String?) {
    #expect(DeclaredRefresh(content) == DeclaredRefresh(seconds: seconds, reference: reference))
  }

  @Test(
    "what no browser heeds is none",
    arguments: ["", " ", "a", "url=a", "-1;a", "3a", "3/a", "3'a'", "\u{665};a", ";a", "+3"])
  func none(content: String) {
    #expect(DeclaredRefresh(content) == nil)
  }
}
