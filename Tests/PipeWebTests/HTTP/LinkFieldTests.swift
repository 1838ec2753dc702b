import PipeWeb
import Testing

@Suite("Link fields")
struct LinkFieldTests {
  private func links(_ values: String...) -> [String] {
    let fields = HTTPFields(values.map { HTTPFields.Field(name: "Link", value: $0) })
    return LinkField.all(in: fields).map { link in
      "\(link.target) \(link.relations.joined(separator: "+"))" + (link.anchor.map { " from \($0)" } ?? "")
    }
  }

  @Test(
    "a field is read as RFC 8288, appendix B, reads it",
    arguments: [
      ("<a>; rel=next", ["a next"]), ("<a>;rel=\"next\"", ["a next"]), ("<a>; REL = Next", ["a next"]), ("<a>", ["a "]),
      ("<a>; rel=\"prev  NEXT next\"", ["a prev+next"]), ("<a>; rel=next, <b>; rel=prev", ["a next", "b prev"]),
      ("<a,b;c>; rel=next", ["a,b;c next"]), ("<a>; title=\"x, <no>; \\\"y\\\"\"; rel=next", ["a next"]),
      ("<a>; rel=next; rel=prev", ["a next"]), ("<a>; anchor=\"#x\"; rel=next; anchor=y", ["a next from #x"]),
      ("<a>; rel", ["a "]), ("<a>; ; rel=next", ["a next"]), (", ,<a>; rel=next,", ["a next"]),
      ("<>; rel=next", [" next"]),
      ("<a>; rel=next <b>; rel=prev", ["a next", "b prev"]), ("a; rel=next", []), ("<a; rel=next", []), ("", []),
      ("<a>; rel=\"next", ["a next"]), ("<a>; rel=\"ne\\xt\"", ["a next"]),
      ("<a>; title*=UTF-8''%e2; rel=next", ["a next"]),
      ("<a>;\trel=next\t,\t<b>", ["a next", "b "]), ("<a>; rel=\"\\", ["a \\"]),
    ])
  func fields(value: String, expected: [String]) {
    #expect(links(value) == expected)
  }

  @Test("repeated fields are read each by itself")
  func repeated() {
    #expect(links("<a>; rel=\"next", "<b>; rel=prev") == ["a next", "b prev"])
    #expect(LinkField.all(in: HTTPFields([HTTPFields.Field(name: "Links", value: "<a>")])).isEmpty)
  }

  @Test("the links of a response are bounded")
  func bound() {
    #expect(links(String(repeating: "<a>,", count: 5_000)).count == LinkField.limit)
  }
}
