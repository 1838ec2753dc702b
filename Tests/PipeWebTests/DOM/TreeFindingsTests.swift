import PipeWeb
import Testing

/// What comparing with other parsers brought up and the conformance data has no case of.
struct TreeFindingsTests {
  @Test(arguments: [
    ("</br><a href><frameset>", "<html>,  <head>,  <body>,    <br>,    <a>,      href=\"\""),
    ("<image><frameset>", "<html>,  <head>,  <body>,    <img>"),
    ("\u{0}<base>", "<html>,  <head>,  <body>,    <base>"),
    ("<title></title>\u{0} <link>", "<html>,  <head>,    <title>,  <body>,    \" \",    <link>"),
    ("<table><col>\u{0} ", "<html>,  <head>,  <body>,    <table>,      <colgroup>,        <col>,      \" \""),
    ("<frameset>& x y", "<html>,  <head>,  <frameset>,    \"  \""),
    (
      "<table><u><p><b><hr> ",
      "<html>,  <head>,  <body>,    <u>,      <p>,        <b>,      <hr>,      <b>,        \" \",    <table>"
    ),
    ("<pre>\u{0}\n", "<html>,  <head>,  <body>,    <pre>,      \"\n\""),
    ("<pre><!---->\n", "<html>,  <head>,  <body>,    <pre>,      <!--  -->,      \"\n\""),
    ("<pre><!doctype>\n", "<html>,  <head>,  <body>,    <pre>,      \"\n\""),
    (
      "<svg><foreignObject><![CDATA[\u{0}x",
      "<html>,  <head>,  <body>,    <svg>,      <foreignobject>,        \"x\""
    ),
    ("<!doctype html><!doctype><p><table>", "<html>,  <head>,  <body>,    <p>,    <table>"),
    ("</p><!doctype html><p><table>", "<html>,  <head>,  <body>,    <p>,      <table>"),
    (
      "<!--1--><p></body><!--2--></html><!--3--> <!--4-->",
      "<!-- 1 -->,<html>,  <head>,  <body>,    <p>,      \" \",  <!-- 2 -->,<!-- 3 -->,<!-- 4 -->"
    ),
    (
      "</html><!--1--></body><!--2-->x<!--3-->",
      "<html>,  <head>,  <body>,    \"x\",    <!-- 3 -->,  <!-- 2 -->,<!-- 1 -->"
    ),
    ("<frameset></frameset><!--1--></html><!--2-->", "<html>,  <head>,  <frameset>,  <!-- 1 -->,<!-- 2 -->"),
    (
      "<p>a</b>b</i>c&amp;d<b>e</b>f</x>g",
      "<html>,  <head>,  <body>,    <p>,      \"abc&d\",      <b>,        \"e\",      \"fg\""
    ),
    (
      "<table>a<tr>b<td>c</td>d",
      "<html>,  <head>,  <body>,    \"abd\",    <table>,      <tbody>,        <tr>,          <td>,            \"c\""
    ),
    ("a\u{0}b", "<html>,  <head>,  <body>,    \"ab\""),
    ("a<!---->b", "<html>,  <head>,  <body>,    \"a\",    <!--  -->,    \"b\""),
    ("<nobr>a<nobr>b", "<html>,  <head>,  <body>,    <nobr>,      \"a\",    <nobr>,      \"b\""),
    ("<noscript><img></noscript><link>", "<html>,  <head>,    <noscript>,      \"<img>\",    <link>,  <body>"),
    ("<head></head><noscript><img></noscript>", "<html>,  <head>,  <body>,    <noscript>,      <img>"),
  ])
  func `A page's tree is the standard's`(page: String, tree: String) throws {
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(ExpectedTree.described(try #require(parsed)).joined(separator: ",") == tree)
  }

  /// In quirks mode a table does not end a paragraph (WHATWG HTML 13.2.6.4.1 and 13.2.6.4.7).
  @Test(arguments: [
    ("", true), ("<!doctype html>", false), ("<!doctype html system 'about:legacy-compat'>", false),
    ("<!doctype html public '-//W3C//DTD HTML 4.01//EN' 'http://www.w3.org/TR/html4/strict.dtd'>", false),
    ("<!doctype html public '-//W3C//DTD HTML 4.01 Transitional//EN'>", true),
    ("<!doctype html public '-//W3C//DTD HTML 4.01 Transitional//EN' 'http://www.w3.org/TR/html4/loose.dtd'>", false),
    ("<!doctype html public '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'>", false), ("<!doctype html public 'HTML'>", true),
    ("<!doctype html public 'HTML5'>", false), ("<!doctype html public '-//IETF//DTD HTML 2.0//EN'>", true),
    ("<!doctype html public '-//W3C//DTD HTML 3.2 Final//EN'>", true),
    ("<!doctype html public '-//W3C//DTD HTML 3.3//EN'>", false),
    ("<!doctype html public '-//Microsoft//DTD Internet Explorer 3.0 Tables//EN'>", true),
    ("<!doctype html public '+//Silmaril//dtd html Pro v0r11 19970101//EN'>", true),
    ("<!doctype html public '-//AS//DTD HTML 3.0 asWedit + extensions//EN'>", true),
    ("<!doctype html public '-//Spyglass//DTD HTML 2.0 Extended//EN'>", true),
    ("<!doctype html public \"-//O'Reilly and Associates//DTD HTML 2.0//EN\">", true),
    ("<!doctype html public '-//WebTechs//DTD Mozilla HTML//EN'>", true),
    ("<!doctype html public '-//Metrius//DTD Metrius Presentational//EN'>", true),
    ("<!doctype html public '-//Sun Microsystems Corp.//DTD HotJava HTML//EN'>", true),
    ("<!doctype html public '-/W3C/DTD HTML 4.0 Transitional/EN'>", true),
    ("<!doctype html public '-//W3C//DTD HTML 4.0//EN'>", false),
    ("<!doctype html public '-//W3O//DTD W3 HTML Strict 3.0//EN//' 'x'>", true),
    ("<!doctype html system 'http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd'>", true),
  ])
  func `A doctype tells whether a page is in quirks mode`(doctype: String, isQuirky: Bool) throws {
    let page = Array((doctype + "<p><table>").utf8)
    let parsed = DOMDocument(parsing: page.span)
    let tables = try CSSSelector("p > table").select(in: try #require(parsed))
    #expect(tables.isEmpty == !isQuirky)
  }

  @Test func `A text in many pieces is one text, in linear time`() throws {
    for page in [
      String(repeating: "x</b>", count: 400_000), "<table>" + String(repeating: "<tr>x<td>y", count: 90_000),
    ] {
      let bytes = Array(page.utf8)
      let parsed = DOMDocument(parsing: bytes.span)
      let text = try #require(parsed).body?.children.first
      #expect((text?.content.utf8.count ?? 0) >= 90_000)
    }
  }

  @Test func `A misspelt image keeps a frameset from replacing the page`() {
    var scanner = PageScanner(wanted: .links)
    _ = scanner.feed(Array("<image><a href=x><frameset>".utf8))
    #expect(scanner.finish().links.count == 1)
  }
}
