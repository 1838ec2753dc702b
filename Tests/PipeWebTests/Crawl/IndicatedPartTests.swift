import PipeWeb
import Testing

@Suite("What fragments refer to")
struct IndicatedPartTests {
  @Test(
    "an element has to be called so, as the URL has it or decoded",
    arguments: [
      ("x", ["x"]), ("X", ["X"]), ("a-b.c:d", ["a-b.c:d"]), ("caf%C3%A9", ["caf%C3%A9", "café"]),
      ("a%20b", ["a%20b", "a b"]), ("a+b", ["a+b"]), ("%", ["%"]), ("100%", ["100%"]), ("%zz", ["%zz"]),
      ("%2", ["%2"]), ("%+1", ["%+1"]), ("%41%", ["%41%", "A%"]), ("%2520", ["%2520", "%20"]),
      ("%ff", ["%ff", "\u{FFFD}"]), ("topic", ["topic"]), ("/route", ["/route"]), ("!state", ["!state"]),
      ("x:~:y", ["x"]), ("x:~:textual=y", ["x"]), ("top:x", ["top:x"]),
    ])
  func names(fragment: String, expected: [String]) {
    #expect(IndicatedPart.names(for: fragment[...]) == expected)
  }

  @Test(
    "every page has its top, and what is looked for in its text",
    arguments: ["", "top", "TOP", "Top", "%74op", "%54%4f%50", ":~:text=x", "x:~:text=a,b", ":~:y", ":~:a=b&text=c"])
  func always(fragment: String) { #expect(IndicatedPart.names(for: fragment[...]) == nil) }
}
