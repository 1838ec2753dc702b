import Testing

@testable import PipeWeb

@Suite("Forms of pages")
struct PageFormTests {
  private static let page = try? WebURL(parsing: "https://a.example/in/login?x=1#top")

  private func forms(_ html: String, _ encoding: CharacterEncoding = .utf8) -> [PageForm] {
    let bytes = Array(html.utf8)
    guard let document = DOMDocument(parsing: bytes.span) else { return [] }
    return PageForm.all(in: document, encoding: encoding)
  }

  private func sent(
    _ html: String, _ values: [(String, String)] = [], _ encoding: CharacterEncoding = .utf8
  ) throws -> FilledForm {
    let page = try #require(Self.page)
    let form = try #require(forms(html, encoding).first)
    return try form.filled(with: values.map { (name: $0.0, value: $0.1) }, base: page, page: page, boundary: "b0")
  }

  private func content(_ form: FilledForm) -> String { String(decoding: form.content ?? [], as: UTF8.self) }

  /// What a browser sends, without anything typed.
  @Test(
    "controls are sent as they stand",
    arguments: [
      ("<input name=a value=1><input name=b type=hidden value='x y&'>", "a=1&b=x+y%26"),
      ("<input name=a><input value=nameless><input name='' value=x>", "a="),
      ("<input name=a value=1 disabled><input name=b value=2>", "b=2"),
      ("<fieldset disabled><input name=a value=1></fieldset><input name=b value=2>", "b=2"),
      (
        "<input type=checkbox name=a><input type=checkbox name=b checked><input type=checkbox name=c value=7 checked>",
        "b=on&c=7"
      ),
      ("<input type=radio name=a value=1 checked><input type=radio name=a value=2 checked>", "a=2"),
      ("<input type=reset name=a><input type=button name=b><input type=file name=c>", ""),
      ("<textarea name=a>\nx\ny</textarea>", "a=x%0D%0Ay"),
      ("<select name=a><option>one<option value=2>two</select>", "a=one"),
      ("<select name=a><option>one<option value=2 selected>two</select>", "a=2"),
      ("<select name=a multiple><option selected>one<option selected>two<option>three</select>", "a=one&a=two"),
      ("<select name=a><option disabled>one<option>two</select>", "a=two"),
      ("<select name=a></select>", ""),
      ("<datalist><input name=a value=1></datalist><input name=b value=2>", "b=2"),
      ("<input type=hidden name=_charset_ value=x>", "_charset_=UTF-8"),
      ("<input name='é' value='ü'>", "%C3%A9=%C3%BC"),
      // The first button is pressed, as by the enter key.
      ("<input name=a value=1><button name=go value=1></button><button name=go value=2></button>", "a=1&go=1"),
      ("<button type=button name=x value=1></button><input type=submit name=go value=2>", "go=2"),
      ("<input type=image name=i><button name=go value=2></button>", ""),
    ])
  func controls(html: String, expected: String) throws {
    #expect(content(try sent("<form method=post>\(html)</form>")) == expected)
  }

  @Test("fields that are filled in take the place of what stands there, also of a box that is not checked")
  func filledIn() throws {
    let html = """
      <form method=post><input type=hidden name=t value=42><input name=u value=guest><input name=p type=password>
      <input type=checkbox name=r value=1><button name=go value=x></button></form>
      """
    let form = try sent(html, [("p", "s p&="), ("u", "ada"), ("r", "yes")])
    #expect(content(form) == "t=42&u=ada&p=s+p%26%3D&r=yes&go=x")
    #expect(form.method == .post)
    #expect(form.contentType == "application/x-www-form-urlencoded")
    // Of several of one name, the first gets it and the others go.
    #expect(
      content(
        try sent(
          "<form method=post><input type=radio name=a value=1 checked><input type=radio name=a value=2></form>",
          [("a", "2")]))
        == "a=2")
    // A button that is named is the one that is pressed.
    let buttons =
      "<form method=post><button name=x value=1></button><button name=y value=2 formaction=/other></button></form>"
    let pressed = try sent(buttons, [("y", "2")])
    #expect(content(pressed) == "y=2")
    #expect(pressed.url.href == "https://a.example/other")
  }

  @Test(
    "action, method and encoding are the form's, or the button's",
    arguments: [
      ("<form>", "", "https://a.example/in/login?a=1"),
      ("<form action='go?old=1'>", "", "https://a.example/in/go?a=1"),
      ("<form action=' /go ' method=POST>", "application/x-www-form-urlencoded", "https://a.example/go"),
      ("<form action='' method=post>", "application/x-www-form-urlencoded", "https://a.example/in/login?x=1"),
      ("<form method=dialog>", "", "https://a.example/in/login?a=1"),
      (
        "<form method=post enctype=multipart/form-data>", "multipart/form-data; boundary=b0",
        "https://a.example/in/login?x=1"
      ),
      ("<form method=post enctype=TEXT/plain>", "text/plain", "https://a.example/in/login?x=1"),
      ("<form action=//b.example/ method=post>", "application/x-www-form-urlencoded", "https://b.example/"),
      (
        "<form><button formmethod=post formaction=/x></button>", "application/x-www-form-urlencoded",
        "https://a.example/x"
      ),
    ])
  func sending(tag: String, type: String, url: String) throws {
    let form = try sent("\(tag)<input name=a value=1></form>")
    let expected = url.hasPrefix("https://a.example/in/login?x") ? url + "#top" : url
    #expect(form.url.href == expected || form.url.href == url)
    #expect(form.contentType ?? "" == type)
    #expect((form.content == nil) == (form.method == .get))
  }

  @Test("multipart content has a part for each field, and names cannot end their quotes")
  func multipart() throws {
    let form = try sent(
      "<form method=post enctype=multipart/form-data><input name='a\"b' value='x'><textarea name=c>1\n2</textarea></form>"
    )
    #expect(
      content(form) == """
        --b0\r
        Content-Disposition: form-data; name="a%22b"\r
        \r
        x\r
        --b0\r
        Content-Disposition: form-data; name="c"\r
        \r
        1\r
        2\r
        --b0--\r

        """)
  }

  @Test("a page in another encoding gets its forms in it, and references for what that does not have")
  func encodings() throws {
    let html = "<form method=post><input name=a value='é€☃'><input type=hidden name=_charset_></form>"
    #expect(content(try sent(html, [], .windows1252)) == "a=%E9%80%26%239731%3B&_charset_=windows-1252")
    #expect(content(try sent(html, [], .utf16LE)) == "a=%C3%A9%E2%82%AC%E2%98%83&_charset_=UTF-8")
    let accepting = html.replacing("<form ", with: "<form accept-charset='nonsense utf-8' ")
    #expect(content(try sent(accepting, [], .windows1252)).hasPrefix("a=%C3%A9"))
  }

  @Test("a control belongs to the form that it names, or that stands around it, or before it in a table")
  func owners() throws {
    let html = """
      <input name=x form=two value=1><form id=one><input name=a></form><form id=two><input name=b></form>
      <input name=y form=one><input name=z form=none><input name=w>
      <table><form id=three><tr><td><input name=c><input name=d></td></tr></form></table><input name=v>
      """
    let names = forms(html).map { $0.names.sorted() }
    #expect(names == [["a", "y"], ["b", "x"], ["c", "d"]])
    #expect(forms("<p>none</p>").isEmpty)
    #expect(forms("").isEmpty)
  }

  @Test("names are compared by code points")
  func exact() throws {
    let form = try #require(forms("<form><input name='e\u{301}'></form>").first)
    #expect(!form.has(["é"]))
    #expect(form.has(["e\u{301}"]))
    #expect(!form.has(["e\u{301}", "x"]))
  }

  @Test("a page of very many forms and controls takes no long time")
  func many() throws {
    let html = String(repeating: "<form><input name=a><select name=b><option>1</select></form>", count: 20_000)
    let start = ContinuousClock.now
    #expect(forms(html).count == 20_000)
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
