import PipeWeb
import Testing

/// The states of elements before anybody clicks or types (WHATWG HTML 4.16.3), as Chromium 156 tells them.
struct ElementStateTests {
  private func ids(_ selector: String, _ html: String) throws -> String {
    let bytes = Array(("<!doctype html>" + html).utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    return try CSSSelector(selector).select(in: document).compactMap { $0[attribute: "id"] }.joined(separator: " ")
  }

  static let controls = """
    <form id=f><button id=b type=button>x</button><input id=s0 type=image><button id=s1>ok</button><input type=submit id=s2>
    <input id=r1 type=radio name=g checked><input id=r2 type=RADIO name=g checked><input id=r3 type=radio name=h>
    <input id=r4 type=radio><input id=r5 type=radio checked><input id=c1 type=checkbox checked><input id=c2 type=CheckBox></form>
    <input id=r6 type=radio name=g form=f><input id=r7 type=radio name=g><button id=s3 form=f2>x</button>
    <form id=f2><button id=s4>y</button></form><input id=r8 type=radio name=h form=none checked>
    """

  @Test(arguments: [
    (":checked", "r2 r5 c1 r8"), (":default", "s0 r1 r2 r5 c1 s3 r8"), (":indeterminate", "r3 r4 r7"),
    ("input:not(:checked)", "s0 s2 r1 r3 r4 c2 r6 r7"),
  ])
  func `Controls of a form decide among each other`(selector: String, expected: String) throws {
    #expect(try ids(selector, Self.controls) == expected)
  }

  @Test(arguments: [
    ("<select><option id=a>a<option id=b>b</select>", "a"),
    ("<select><option id=a disabled>a<option id=b>b</select>", "b"),
    ("<select><option id=a selected>a<option id=b selected>b</select>", "b"),
    ("<select multiple><option id=a>a<option id=b selected>b<option id=c selected></select>", "b c"),
    ("<select size=3><option id=a>a<option id=b>b</select>", ""),
    ("<select size=3><option id=a selected>a<option id=b>b</select>", "a"),
    ("<select><optgroup disabled><option id=a></optgroup><optgroup><option id=b></optgroup></select>", "b"),
    ("<select><option id=a value=''>a<option id=b disabled selected>b</select>", "b"),
    ("<select disabled><option id=a></select>", "a"), ("<datalist><option id=a selected><option id=b></datalist>", "a"),
    ("<select><option id=a disabled></select>", ""),
  ])
  func `A menu has its first choice`(page: String, expected: String) throws {
    #expect(try ids("option:checked", page) == expected)
  }

  @Test(arguments: [
    (
      """
      <fieldset id=fs1 disabled><legend><input id=a><fieldset id=fs2><input id=b></fieldset></legend><legend><input id=c>
      </legend><input id=d><fieldset id=fs3><legend><input id=e></legend></fieldset><select id=s><option id=o></select></fieldset>
      """, "fs1 c d fs3 e s o"
    ),
    ("<select id=s disabled><option id=a><optgroup id=g><option id=b></optgroup></select>", "s a g b"),
    ("<select id=s><optgroup id=g disabled><option id=a></optgroup><option id=b disabled></select>", "g a b"),
    (
      "<a id=a disabled></a><button id=b disabled></button><textarea id=t disabled></textarea><svg><a id=c disabled>",
      "b t"
    ),
  ])
  func `What is disabled disables what is in it`(page: String, expected: String) throws {
    #expect(try ids(":disabled", page) == expected)
    #expect(try ids(":disabled:enabled", page).isEmpty)
  }

  static let inputs = """
    <input id=a required><input id=b readonly><input id=c disabled><input id=d type=hidden required><input id=e type=range>
    <input id=f type=color required><input id=g type=date required><input id=h type=file required><input id=i type=bogus required>
    <input id=j type=checkbox required><input id=k type=submit required><textarea id=l></textarea><textarea id=m readonly required></textarea>
    <select id=n required></select><select id=o></select><div id=p contenteditable><p id=q>x</p><div id=r contenteditable=false><b id=s></b>
    </div><input id=t type=checkbox><b id=u contenteditable=bogus></b><svg id=v></svg></div><p id=w contenteditable=Plaintext-Only></p>
    """

  @Test(arguments: [
    (":required", "a g h i j m n"), (":optional", "b c d e f k l o t"), (":read-write", "a g i l p q u w"),
    ("input:read-only", "b c d e f h j k t"), ("#p :read-only", "r s t"), ("svg:read-only", ""),
  ])
  func `Which controls must be filled in, and which can be`(selector: String, expected: String) throws {
    #expect(try ids(selector, Self.inputs) == expected)
  }

  @Test(arguments: [
    ("<input id=a placeholder=x>", true), ("<input id=a placeholder=x value=y>", false),
    ("<input id=a placeholder>", true), ("<input id=a>", false), ("<input id=a placeholder=x type=checkbox>", false),
    ("<input id=a placeholder=x type=number value=abc>", true),
    ("<input id=a placeholder=x type=number value=1>", false),
    ("<input id=a placeholder=x type=date>", false), ("<input id=a placeholder=x type=email value=' '>", true),
    ("<input id=a placeholder=x value=' '>", false), ("<textarea id=a placeholder=x></textarea>", true),
    ("<textarea id=a placeholder=x>\n</textarea>", true), ("<textarea id=a placeholder=x> </textarea>", false),
    ("<p id=a placeholder=x>", false),
  ])
  func `A placeholder shows where there is no value`(page: String, isShown: Bool) throws {
    #expect(try ids(":placeholder-shown", page) == (isShown ? "a" : ""))
  }

  @Test(
    arguments: [
      ("type=number min=1 max=5 value=3", true), ("type=number min=1 max=5 value=7", false),
      ("type=number min=1", true),
      ("type=number value=3", nil), ("type=number min=1 value=0 disabled", nil),
      ("type=number min=1 value=0 readonly", nil),
      ("type=number min=x value=0", nil), ("type=number max=-1e2 value=-1e3", true),
      ("type=number min=1 value='+2'", true),
      ("type=number min=1 value=.5", false), ("type=number min=1 value='0.'", true),
      ("type=number min=1 value=1e999", true),
      ("type=date min=2020-01-01 value=2019-12-31", false), ("type=date min=2020-01-01 value=2020-02-30", true),
      ("type=date max=2020-01-01 value=2019-02-28", true), ("type=date min=2019-02-29 value=2019-01-01", nil),
      ("type=time min=22:00 max=02:00 value=23:00", true), ("type=time min=22:00 max=02:00 value=12:00", false),
      ("type=time max=12:00:00.5 value=12:00:00.6", false), ("type=month min=2020-05 value=2020-04", false),
      ("type=week max=2020-W53 value=2021-W01", false), ("type=week min=2021-W53 value=2020-W01", nil),
      ("type=datetime-local max=2020-01-01T00:00 value='2020-01-01 00:01'", false),
      ("type=range min=5 max=1 value=9", true),
      ("type=text min=5 value=1", nil), ("min=5 value=1", nil),
    ] as [(String, Bool?)])
  func `A value is in its range or not, where it has one`(attributes: String, isIn: Bool?) throws {
    #expect(try ids(":in-range", "<input id=a \(attributes)>") == (isIn == true ? "a" : ""))
    #expect(try ids(":out-of-range", "<input id=a \(attributes)>") == (isIn == false ? "a" : ""))
  }

  static let directions = """
    <p id=l></p><div id=a dir=rtl><span id=b>x</span><bdi id=c>abc</bdi><bdi id=d>אבג</bdi><bdi id=e></bdi><p id=f dir=auto>אבג a</p>
    <p id=g dir=auto>123</p><p id=h dir=bogus></p><input id=i type=tel><input id=j dir=auto value=אב><textarea id=k dir=auto>abc</textarea>
    <input id=m dir=auto><div id=n dir=Auto><i dir=ltr>abc</i><bdi>abc</bdi><script>abc</script>שלום</div><svg id=o dir=ltr></svg></div>
    <p id=p dir=auto>سلام</p>
    """

  @Test(arguments: [
    ("[id]:dir(rtl)", "a b d f h j n o p"), ("#a > :dir(ltr)", "c e g i k m"), (":dir(RTL) > :dir(ltr)", "c e g i k m"),
    (":dir(up)", ""),
  ])
  func `Text has a direction`(selector: String, expected: String) throws {
    #expect(try ids(selector, Self.directions) == expected)
  }

  @Test(arguments: [
    (":any-link", "a c e f"), (":link", "a c e f"), (":visited", ""), (":not(:defined)", "i j"),
    (":open", "k m"), ("[id]:hover", ""), (":focus, :autofill, :user-invalid, :modal, :host, :host(a), :state(x)", ""),
    ("[*|href]", "a c d e f"), ("progress:indeterminate", "o"),
  ])
  func `What else is known without a person`(selector: String, expected: String) throws {
    let page = """
      <a id=a href></a><a id=b></a><area id=c href=x><link id=d href=x><svg><a id=e href=x></a><a id=f xlink:href=x></a><a id=g></a>
      <font-face id=h></font-face><x-y></x-y></svg><x-y id=i></x-y><p id=j is=x-y></p><font-face></font-face><details id=k open></details>
      <details id=l></details><dialog id=m open></dialog><p id=n open></p><progress id=o></progress><progress id=p value=1></progress>
      """
    #expect(try ids(selector, page) == expected)
  }

  @Test(arguments: [("b", "b", "body b"), ("%62", "b", "body b"), ("c", "c", "body c"), ("x", "", ""), ("", "", "")])
  func `The fragment of the URL names the target`(fragment: String, target: String, within: String) throws {
    let bytes = Array("<body id=body><p id=a></p><p id=b></p><a id=c name=c></a>".utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    document.fragment = fragment
    func ids(_ selector: String) throws -> String {
      try CSSSelector(selector).select(in: document).compactMap { $0[attribute: "id"] }.joined(separator: " ")
    }
    #expect(try ids(":target") == target)
    #expect(try ids(":target-within") == within)
  }

  @Test(arguments: [":valid", ":invalid", ":playing", ":muted", ":blank", ":local-link", ":nth-col(1)"])
  func `States that are not there are refused`(selector: String) {
    do throws(CSSSelector.SyntaxError) {
      _ = try CSSSelector(selector)
      Issue.record("\(selector) is read")
    } catch {
      #expect(error.message.contains("is not there: "))
    }
  }

  @Test(arguments: [
    "p::first-line", "p::before", "p:before", "p:first-letter", "a::marker", "::selection", "::part(x)",
    "p::slotted(a)",
  ])
  func `Pseudo-elements are refused with a hint`(selector: String) {
    do throws(CSSSelector.SyntaxError) {
      _ = try CSSSelector(selector)
      Issue.record("\(selector) is read")
    } catch {
      #expect(error.message.contains("is a part of an element"))
      #expect(error.hint?.contains("remove it") == true)
    }
  }

  @Test(arguments: [
    (String(repeating: "<input type=radio name=a>", count: 3_000), ":indeterminate"),
    ("<select>" + String(repeating: "<option>", count: 3_000), "option:checked"),
    ("<div dir=auto>" + String(repeating: "<p>1</p>", count: 3_000), "p:dir(rtl)"),
    ("<form>" + String(repeating: "<button></button>", count: 3_000), ":default"),
  ])
  func `States of many elements are looked up once`(page: String, selector: String) throws {
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    let document = try #require(parsed)
    _ = try CSSSelector(selector).select(in: document, stepLimit: 100_000)
  }
}
